// What a newcomer sees where nothing has been said yet: sentences to try, given by the configuration.

import { avatar, h, icon } from './dom.js';

/** `welcome` is {title, text, suggestions}; `onPick` gets the sentence with the bot's mention in front. */
export function welcomeCard({ title, text, suggestions }, app, onPick) {
  const bot = app.state.userName(app.botId);
  return h('section.welcome', { 'aria-label': title, 'data-testid': 'welcome' },
    avatar(app.botId ?? '', bot, true, 'large'),
    h('h2', {}, title),
    h('p', {}, text),
    h('ul', {}, suggestions.map((sentence) => h('li', {},
      h('button.suggestion', { type: 'button', on: { click: () => onPick(`@${bot} ${sentence}`) } },
        h('span', {}, sentence), icon('chevron'))))),
    h('p.quiet', {}, 'A click puts the sentence into the message box; nothing is sent before you press Enter.'));
}
