// The bot's App Home: what it has published for this person.

import { renderBlocks } from './blocks.js';
import { avatar, fill, h, iconButton } from './dom.js';

export class HomePane {
  #app; #drawn = null; #channel = null;

  constructor(app) {
    this.#app = app;
    this.title = h('h1', { tabindex: '-1' });
    this.body = h('div.home-body');
    this.messages = h('button.tab', { type: 'button', on: { click: () => this.#channel && app.open(this.#channel) } }, 'Messages');
    const menu = iconButton('menu', 'Channels and people', () => app.showNav());
    menu.classList.add('phone-only');
    this.node = h('main.pane.home', { hidden: true },
      h('header.pane-head', {}, menu, h('div.pane-title', {}, this.title),
        h('div.tabs', {}, h('button.tab', { type: 'button', 'aria-current': 'page' }, 'Home'), this.messages)),
      h('div.home-scroll', { tabindex: '0', role: 'region', 'aria-label': 'App Home' }, this.body));
  }

  /** Tells the bot that its Home was opened, and takes what it has published so far. */
  async load() {
    const answer = await this.#app.api.call('apphome.open', this.#app.botId ? { user: this.#app.botId } : {});
    this.#channel = answer.channel;
    if (answer.view) this.#app.state.home = answer.view;
    this.#app.changed();
  }

  draw() {
    const app = this.#app;
    this.node.hidden = app.view.kind !== 'home';
    if (this.node.hidden) return;
    const name = app.state.userName(app.botId);
    fill(this.title, avatar(app.botId ?? '', name, true, 'small'), name);
    this.messages.hidden = !this.#channel;
    const view = app.state.home;
    if (view === this.#drawn && view) return;
    this.#drawn = view;
    if (view) fill(this.body, renderBlocks(view.blocks, app, { view_id: view.id }));
    else fill(this.body, h('p.quiet', {}, app.failure || `${name} has not published anything here yet.`));
  }
}
