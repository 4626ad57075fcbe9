// Where the person is, as an address: #/CHANNEL, #/CHANNEL/THREAD, #/home, #/channels, and Slack's permalinks
// /archives/CHANNEL/pTS?thread_ts=TS. Pure.

const CHANNEL = /^[CDG][A-Z0-9]+$/;
const TS = /^\d+\.\d+$/;

/** {kind: 'channel'|'home'|'nav', channel, thread, reveal}; what does not read is null. */
export function readView({ pathname = '/', search = '', hash = '' }) {
  if (!hash && pathname.startsWith('/archives/')) return readPermalink(pathname, search);
  const [first = '', second = ''] = hash.replace(/^#\/?/, '').split('/');
  if (first === 'home') return { kind: 'home', channel: null, thread: null };
  if (first === 'channels') return { kind: 'nav', channel: null, thread: null };
  const channel = CHANNEL.test(first) ? first : null;
  return { kind: 'channel', channel, thread: channel && TS.test(second) ? second : null };
}

function readPermalink(pathname, search) {
  const [, , channel = '', packed = ''] = pathname.split('/');
  const digits = /^p(\d+)(\d{6})$/.exec(packed);
  const thread = new URLSearchParams(search).get('thread_ts') ?? '';
  return {
    kind: 'channel',
    channel: CHANNEL.test(channel) ? channel : null,
    thread: TS.test(thread) ? thread : null,
    reveal: digits ? `${digits[1]}.${digits[2]}` : undefined,
  };
}

/** The address of a view. */
export function formatView({ kind, channel, thread }) {
  if (kind === 'home') return '/#/home';
  if (kind === 'nav') return '/#/channels';
  return `/#/${channel ?? ''}${thread ? `/${thread}` : ''}`;
}
