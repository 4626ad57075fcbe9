// The product's conversation through Slack's own Node clients. Only the base URL is ours. Prints what it saw as one
// JSON object; conversation_node_test.go judges it.
import { SocketModeClient } from '@slack/socket-mode';
import { WebClient } from '@slack/web-api';

const { SLACK_API_URL: slackApiUrl, BOT_TOKEN, APP_TOKEN, USER_TOKEN, CHANNEL: channel } = process.env;
const bot = new WebClient(BOT_TOKEN, { slackApiUrl });
const person = new WebClient(USER_TOKEN, { slackApiUrl });
const app = new SocketModeClient({ appToken: APP_TOKEN, clientOptions: { slackApiUrl } });

// Events are kept from the start, so that a test never misses one it asks for later.
const seen = [];
const waiting = [];
function record(kind, value) {
  seen.push({ kind, value });
  for (const check of [...waiting]) check();
}
function next(kind, fits = () => true) {
  return new Promise((resolve) => {
    const check = () => {
      const at = seen.findIndex((e) => e.kind === kind && fits(e.value));
      if (at < 0) return;
      waiting.splice(waiting.indexOf(check), 1);
      resolve(seen.splice(at, 1)[0].value);
    };
    waiting.push(check);
    check();
  });
}

app.on('connected', () => record('connected', {}));
for (const kind of ['app_mention', 'message', 'reaction_added', 'app_home_opened']) {
  app.on(kind, async ({ event, ack }) => {
    await ack();
    record(kind, event);
  });
}
app.on('interactive', async ({ body, ack }) => {
  await ack();
  record('interactive', body);
});

await app.start();
await next('connected');

const asked = await person.chat.postMessage({ channel, text: '@firstmile Can we track churn & more?' });
const mention = await next('app_mention');
const heard = await next('message', (m) => m.ts === asked.ts);

await bot.reactions.add({ channel, timestamp: mention.ts, name: 'eyes' });
const answered = await bot.chat.postMessage({
  channel,
  thread_ts: mention.ts,
  text: 'By customers or by revenue?',
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: 'By customers or by revenue?' } },
    {
      type: 'actions',
      block_id: 'question',
      elements: [{ type: 'button', action_id: 'customers', value: '1', text: { type: 'plain_text', text: 'Customers' } }],
    },
  ],
  metadata: { event_type: 'effect', event_payload: { id: '42' } },
});
const pressing = person.apiCall('blocks.actions', {
  channel, message_ts: answered.ts, block_id: 'question', action_id: 'customers',
});
const pressed = await next('interactive');
await pressing;

const upload = await bot.filesUploadV2({
  channel_id: channel, thread_ts: mention.ts, filename: 'churn.csv', file: Buffer.from('week,churn\n1,0.1\n'), initial_comment: 'rows',
});
await person.reactions.add({ channel, timestamp: answered.ts, name: 'white_check_mark' });
const reacted = await next('reaction_added', (r) => r.reaction === 'white_check_mark');

await bot.views.publish({ user_id: asked.message.user, view: { type: 'home', blocks: [{ type: 'divider' }] } });
const home = await person.apiCall('apphome.open');
await next('app_home_opened');

let refused = '';
try {
  await bot.reactions.add({ channel, timestamp: mention.ts, name: 'eyes' });
} catch (e) {
  refused = e.data.error;
}

// the connection is renewed while we wait, and the client follows
await next('connected');
const again = await person.chat.postMessage({ channel, text: 'still there?', thread_ts: mention.ts });
await next('message', (m) => m.ts === again.ts);

const replies = await bot.conversations.replies({ channel, ts: mention.ts, include_all_metadata: true });
const listed = [];
for await (const page of bot.paginate('conversations.list', { limit: 1 })) listed.push(...page.channels.map((c) => c.name));

await app.disconnect();
console.log(JSON.stringify({ asked, mention, heard, answered, pressed, upload, reacted, home, refused, replies, listed }));
process.exit(0);
