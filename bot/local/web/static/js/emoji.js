// The emoji that people use at work: Slack's short names, characters, and words to search by. Pure.

// name, character, search words. The order is the picker's order.
const TABLE = [
  ['white_check_mark', '✅', 'approve done yes ok tick'],
  ['rocket', '🚀', 'ship launch approve go'],
  ['eyes', '👀', 'look seen watching'],
  ['+1', '👍', 'thumbsup yes agree like'],
  ['-1', '👎', 'thumbsdown no disagree dislike'],
  ['tada', '🎉', 'party celebrate hooray'],
  ['raised_hands', '🙌', 'praise hooray'],
  ['pray', '🙏', 'thanks please'],
  ['clap', '👏', 'applause bravo'],
  ['ok_hand', '👌', 'fine perfect'],
  ['wave', '👋', 'hello hi bye'],
  ['muscle', '💪', 'strong'],
  ['point_up', '☝️', 'this above'],
  ['raised_hand', '✋', 'stop high five'],
  ['handshake', '🤝', 'deal agree'],
  ['heart', '❤️', 'love'],
  ['sparkles', '✨', 'new shiny'],
  ['fire', '🔥', 'hot great'],
  ['100', '💯', 'perfect hundred'],
  ['star', '⭐', 'favourite'],
  ['bulb', '💡', 'idea light'],
  ['zap', '⚡', 'fast lightning'],
  ['hourglass_flowing_sand', '⏳', 'wait working'],
  ['x', '❌', 'no wrong cancel reject'],
  ['warning', '⚠️', 'careful caution'],
  ['no_entry_sign', '🚫', 'forbidden stop'],
  ['question', '❓', 'ask why'],
  ['exclamation', '❗', 'important'],
  ['heavy_check_mark', '✔️', 'done yes tick'],
  ['ballot_box_with_check', '☑️', 'done tick'],
  ['white_circle', '⚪', 'empty pending'],
  ['large_green_circle', '🟢', 'passed good'],
  ['large_yellow_circle', '🟡', 'unsure'],
  ['red_circle', '🔴', 'failed bad'],
  ['chart_with_upwards_trend', '📈', 'graph growth up'],
  ['chart_with_downwards_trend', '📉', 'graph churn down'],
  ['bar_chart', '📊', 'graph data figures'],
  ['mag', '🔍', 'search look find'],
  ['memo', '📝', 'note write'],
  ['books', '📚', 'glossary read'],
  ['clipboard', '📋', 'list copy'],
  ['package', '📦', 'release model box'],
  ['wrench', '🔧', 'fix tool'],
  ['hammer_and_wrench', '🛠️', 'build tools'],
  ['gear', '⚙️', 'settings'],
  ['bug', '🐛', 'defect error'],
  ['test_tube', '🧪', 'test experiment'],
  ['lock', '🔒', 'secure private'],
  ['key', '🔑', 'access secret'],
  ['link', '🔗', 'address chain'],
  ['calendar', '📅', 'date week month'],
  ['clock3', '🕒', 'time later'],
  ['repeat', '🔁', 'again retry'],
  ['bell', '🔔', 'notify remind'],
  ['speech_balloon', '💬', 'talk thread reply'],
  ['thinking_face', '🤔', 'hmm unsure'],
  ['smile', '😄', 'happy glad'],
  ['joy', '😂', 'laugh funny'],
  ['slightly_smiling_face', '🙂', 'happy'],
  ['sweat_smile', '😅', 'phew relief'],
  ['cry', '😢', 'sad'],
  ['open_mouth', '😮', 'wow surprised'],
  ['robot_face', '🤖', 'bot machine'],
  ['coffee', '☕', 'break'],
];

// Shown when a message uses them, but not offered in the picker.
const EXTRA = [
  ['arrow_right', '➡️'], ['arrow_left', '⬅️'], ['arrow_up', '⬆️'], ['arrow_down', '⬇️'],
  ['arrows_counterclockwise', '🔄'], ['information_source', 'ℹ️'], ['hourglass', '⌛'], ['stopwatch', '⏱️'],
  ['no_entry', '⛔'], ['octagonal_sign', '🛑'], ['construction', '🚧'], ['seedling', '🌱'], ['label', '🏷️'],
  ['pushpin', '📌'], ['paperclip', '📎'], ['page_facing_up', '📄'], ['file_folder', '📁'], ['inbox_tray', '📥'],
  ['outbox_tray', '📤'], ['triangular_ruler', '📐'], ['straight_ruler', '📏'], ['scales', '⚖️'], ['dart', '🎯'],
  ['book', '📖'], ['closed_book', '📕'], ['microscope', '🔬'], ['unlock', '🔓'], ['shield', '🛡️'],
  ['heavy_plus_sign', '➕'], ['heavy_minus_sign', '➖'], ['one', '1️⃣'], ['two', '2️⃣'], ['three', '3️⃣'],
  ['four', '4️⃣'], ['five', '5️⃣'], ['point_right', '👉'], ['point_down', '👇'], ['grin', '😁'], ['wink', '😉'],
  ['sob', '😭'], ['sweat', '😓'], ['sunglasses', '😎'], ['confused', '😕'], ['neutral_face', '😐'],
  ['checkered_flag', '🏁'], ['triangular_flag_on_post', '🚩'], ['white_large_square', '⬜'],
  ['large_blue_circle', '🔵'], ['large_orange_circle', '🟠'], ['black_circle', '⚫'], ['ship', '🚢'],
  ['mailbox', '📫'], ['telescope', '🔭'], ['compass', '🧭'], ['world_map', '🗺️'], ['moneybag', '💰'],
];

const ALIASES = {
  thumbsup: '+1', thumbsdown: '-1', hooray: 'tada', thinking: 'thinking_face', robot: 'robot_face',
  mag_right: 'mag', tools: 'hammer_and_wrench', green_circle: 'large_green_circle', date: 'calendar',
  heavy_exclamation_mark: 'exclamation', stop_sign: 'octagonal_sign', spiral_calendar_pad: 'calendar',
};

const TONES = ['🏻', '🏼', '🏽', '🏾', '🏿'];
const BY_NAME = new Map([...TABLE, ...EXTRA].map(([name, char]) => [name, char]));

/** What the picker offers: [{name, char, words}]. */
export const COMMON = TABLE.map(([name, char, words]) => ({ name, char, words }));

/** The character for a short name such as "+1" or "wave::skin-tone-3"; null when the page has none. */
export function charOf(fullName) {
  const [name, tone] = fullName.split('::skin-tone-');
  const char = BY_NAME.get(ALIASES[name] ?? name);
  if (!char) return null;
  return tone ? char.replace('\uFE0F', '') + (TONES[Number(tone) - 2] ?? '') : char;
}

/** Emoji whose name or words hold every word of the query, best first. */
export function searchEmoji(query) {
  const words = query.toLowerCase().replaceAll(':', ' ').split(/[\s_]+/).filter(Boolean);
  if (words.length === 0) return COMMON;
  const score = ({ name, words: extra }) => {
    const all = [...name.split('_'), ...extra.split(' ')];
    if (!words.every((word) => all.some((one) => one.startsWith(word)))) return 0;
    return name.startsWith(words[0]) ? 2 : 1;
  };
  return COMMON.map((one) => ({ one, rank: score(one) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ one }) => one);
}
