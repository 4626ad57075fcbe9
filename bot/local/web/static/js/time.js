// Times as people read them. A Slack ts is seconds since 1970 as text, "1700000000.000100". Pure.

export function dateOf(ts) {
  return new Date(Number(ts) * 1000);
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', day: 'numeric' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export function clock(ts) {
  return clockFormat.format(dateOf(ts));
}

export function full(ts) {
  return fullFormat.format(dateOf(ts));
}

export function sameDay(a, b) {
  return dateOf(a).toDateString() === dateOf(b).toDateString();
}

/** "Today", "Yesterday" or "Monday, 3 March". */
export function day(ts, now = new Date()) {
  const date = dateOf(ts);
  if (date.toDateString() === now.toDateString()) return 'Today';
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  return date.toDateString() === yesterday.toDateString() ? 'Yesterday' : dayFormat.format(date);
}

/** "just now", "4 minutes ago", "3 hours ago", then the day. */
export function ago(ts, now = Date.now()) {
  const minutes = Math.floor((now - Number(ts) * 1000) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return plural(minutes, 'minute') + ' ago';
  if (minutes < 24 * 60) return plural(Math.floor(minutes / 60), 'hour') + ' ago';
  return day(ts, new Date(now));
}

export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Slack's date tokens, for <!date^…>. */
export function slackDate(seconds, format, fallback) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()) || !format) return fallback;
  const long = { year: 'numeric', month: 'long', day: 'numeric' };
  const tokens = {
    date_num: () => date.toISOString().slice(0, 10),
    date: () => date.toLocaleDateString(undefined, long),
    date_short: () => date.toLocaleDateString(undefined, { ...long, month: 'short' }),
    date_long: () => date.toLocaleDateString(undefined, { ...long, weekday: 'long' }),
    date_pretty: () => day(String(seconds)),
    date_short_pretty: () => day(String(seconds)),
    date_long_pretty: () => day(String(seconds)),
    time: () => clockFormat.format(date),
    time_secs: () => date.toLocaleTimeString(),
    ago: () => ago(String(seconds)),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => tokens[name]?.() ?? whole);
}
