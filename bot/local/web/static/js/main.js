// The start: who may speak here, who speaks in this tab, and the page for that person.

import { App } from './app.js';
import { fill, h } from './dom.js';

const root = document.getElementById('app');
let app = null;

async function boot() {
  const response = await fetch('/session.json', { credentials: 'same-origin' }).catch(() => null);
  if (!response?.ok) return fail('The workspace did not answer.');
  const session = await response.json();
  if (session.people.length === 0) return fail('Nobody may speak in this workspace.');
  speak(session, chosen(session));
}

// Each tab has its own speaker, so that two people can talk in two tabs; ?as=ID names one.
function chosen({ people }) {
  const wanted = [new URLSearchParams(location.search).get('as'), sessionStorage.getItem('speaker'), localStorage.getItem('speaker')];
  return wanted.map((id) => people.find((one) => one.id === id)).find(Boolean) ?? people[0];
}

function speak(session, person) {
  app?.stop();
  sessionStorage.setItem('speaker', person.id);
  localStorage.setItem('speaker', person.id);
  app = new App(session, person, (next) => {
    speak(session, next);
    document.querySelector(`[data-testid="speak-as-${CSS.escape(next.id)}"]`)?.focus();
  });
  app.start(root);
}

function fail(text) {
  fill(root, h('div.fatal', { role: 'alert' }, h('h1', {}, 'The page cannot start'), h('p', {}, text),
    h('button.button.primary', { type: 'button', on: { click: () => location.reload() } }, 'Try again')));
}

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.querySelector('.pane:not([hidden]) .composer textarea')?.focus();
});

boot();
