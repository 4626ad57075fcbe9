// The left edge: the workspace's name and state, channels, the bot, who is speaking, and the theme.

import { avatar, fill, h, icon, iconButton } from './dom.js';
import { nextTheme, themeLabel } from './theme.js';

const STATES = { live: 'Connected', connecting: 'Connecting…', offline: 'No connection' };

export class Sidebar {
  #app; #looks = '';

  constructor(app) {
    this.#app = app;
    this.state = h('p.connection');
    this.channels = h('ul.nav-list');
    this.apps = h('ul.nav-list');
    this.people = h('div.people', { role: 'radiogroup', 'aria-label': 'Speaking as' });
    this.themeButton = iconButton('moon', '', () => this.#switchTheme(), { 'data-testid': 'theme' });
    this.node = h('nav.sidebar', { 'aria-label': 'Workspace' },
      h('header.side-head', {}, h('div', {}, h('p.workspace', {}, app.session.title), this.state), this.themeButton),
      h('div.side-scroll', {},
        h('h2', {}, 'Channels'), this.channels,
        h('h2', {}, 'App'), this.apps),
      h('div.speakers', {}, h('h2', {}, 'Speaking as'), this.people,
        h('p.quiet', {}, 'Switch to try what another person may do.')));
    this.#drawPeople();
    this.#drawTheme();
  }

  #drawPeople() {
    const { session, person, onSwitch } = this.#app;
    fill(this.people, session.people.map((one) => h('label.person', {},
      h('input', { type: 'radio', name: 'speaker', value: one.id, checked: one.id === person.id, 'data-testid': `speak-as-${one.id}`, on: { change: () => onSwitch(one) } }),
      avatar(one.id, one.name, false, 'small'),
      h('span.person-name', {}, one.name, one.note ? h('small', {}, one.note) : null), icon('check'))));
  }

  #switchTheme() {
    nextTheme();
    this.#drawTheme();
  }

  #drawTheme() {
    const { name, label } = themeLabel();
    this.themeButton.replaceChildren(icon(name));
    this.themeButton.setAttribute('aria-label', label);
    this.themeButton.title = label;
  }

  draw() {
    const { state, view, connection, loaded, botId } = this.#app;
    const all = [...state.channels.values()];
    const rows = all.filter((c) => c.kind === 'channel').sort((a, b) => a.name.localeCompare(b.name))
      .map((c) => ({ id: c.id, name: c.name, member: c.isMember, unread: loaded.has(c.id) ? state.unread(c.id) : 0 }));
    const im = all.find((c) => c.kind === 'im' && c.user === botId);
    const imUnread = im && loaded.has(im.id) ? state.unread(im.id) : 0;
    const looks = JSON.stringify([rows, imUnread, view, connection, state.userName(botId)]);
    if (looks === this.#looks) return;
    this.#looks = looks;
    this.state.className = `connection ${connection}`;
    this.state.textContent = STATES[connection];
    this.#drawRows(rows, im, imUnread);
  }

  #drawRows(rows, im, imUnread) {
    const app = this.#app;
    const { view, botId, state } = app;
    const held = document.activeElement?.dataset?.nav;
    fill(this.channels, rows.map((row) => navRow({
      key: row.id, face: icon('hash'), name: row.name, unread: row.unread, quiet: !row.member,
      current: view.kind !== 'home' && view.channel === row.id, onClick: () => app.open(row.id),
    })));
    const bot = state.userName(botId);
    fill(this.apps, botId ? navRow({
      key: 'home', face: avatar(botId, bot, true, 'small'), name: bot, unread: imUnread, badge: 'APP',
      current: view.kind === 'home' || (im && view.channel === im.id), onClick: () => app.openHome(),
    }) : null);
    if (held) this.node.querySelector(`[data-nav="${CSS.escape(held)}"]`)?.focus();
  }

  focus() {
    (this.node.querySelector('[aria-current="page"]') ?? this.node.querySelector('.nav-row'))?.focus();
  }
}

function navRow({ key, face, name, unread, quiet, current, badge, onClick }) {
  return h('li', {}, h(`button.nav-row${unread > 0 ? '.unread' : ''}${quiet ? '.not-member' : ''}`, {
    type: 'button', 'aria-current': current ? 'page' : null, 'data-nav': key, 'data-channel': key, on: { click: onClick },
  }, face, h('span.nav-name', {}, name), badge ? h('span.badge', {}, badge) : null,
  unread > 0 ? h('span.unread-count', { 'aria-label': `${unread} unread` }, String(unread)) : null));
}
