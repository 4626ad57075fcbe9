// What one speaker knows of the workspace. Pure: events and answers go in, lists come out; no DOM, no network.
//
// A message is replaced, never altered, when it changes, so a view can compare by identity. `touched` remembers
// what the live line said about a message and when: an answer that was asked for earlier never overwrites it.

export class State {
  constructor(me) {
    this.me = me;
    this.users = new Map(); // id → {id, name, handle, title, isBot}
    this.channels = new Map(); // id → {id, name, topic, kind: 'channel'|'im', user, isMember}
    this.messages = new Map(); // channel → Map(ts → message)
    this.more = new Map(); // channel → there is older history
    this.statuses = new Map(); // channel/thread → {text, user}
    this.pending = []; // [{key, channel, thread, text, stored, error}]
    this.read = new Map(); // channel or channel/thread → ts of the last message read
    this.home = null; // the bot's published App Home
    this.seq = 0;
    this.touched = new Map(); // channel/ts → seq
  }

  addUsers(users) {
    this.users = new Map(this.users);
    for (const user of users) this.users.set(user.id, userFrom(user));
  }

  addChannel(channel) {
    const old = this.channels.get(channel.id);
    this.channels.set(channel.id, {
      id: channel.id,
      name: channel.name ?? old?.name ?? '',
      topic: channel.topic?.value || channel.purpose?.value || old?.topic || '',
      kind: channel.is_im ? 'im' : 'channel',
      user: channel.user ?? old?.user,
      isMember: channel.is_im || channel.is_member !== false,
    });
  }

  get(channel, ts) {
    return this.messages.get(channel)?.get(ts);
  }

  /** The messages of a channel's main pane, oldest first; replies stay in their threads. */
  timeline(channel) {
    return this.#sorted(channel, (m) => !m.thread_ts || m.thread_ts === m.ts || m.subtype === 'thread_broadcast');
  }

  /** A thread, root first. */
  thread(channel, root) {
    return this.#sorted(channel, (m) => m.ts === root || m.thread_ts === root);
  }

  /** The newest message this person wrote in a pane that can still be edited. */
  lastOwn(list) {
    return list.findLast((m) => m.user === this.me && !m.bot_id && !m.subtype && !m.ephemeral);
  }

  #sorted(channel, keep) {
    const list = [...(this.messages.get(channel)?.values() ?? [])].filter(keep);
    return list.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  }

  /** Marks the moment a question is asked; give it to merge with the answer. */
  mark() {
    return this.seq;
  }

  /**
   * Takes a page of history or replies as the truth for its span, except for what the live line touched since
   * `since`. Messages of that span which the answer lacks have been deleted meanwhile.
   */
  merge(channel, answer, { since, root, hasMore, before }) {
    const fresh = (ts) => (this.touched.get(`${channel}/${ts}`) ?? -1) <= since;
    const kept = new Map(this.messages.get(channel));
    const given = new Set(answer.map((m) => m.ts));
    const from = hasMore && answer.length > 0 ? answer.reduce((low, m) => (m.ts < low ? m.ts : low), answer[0].ts) : '';
    const span = root ? this.thread(channel, root) : this.timeline(channel);
    for (const old of span) {
      const inside = old.ts >= from && (!before || old.ts < before);
      if (inside && !given.has(old.ts) && !old.ephemeral && fresh(old.ts)) kept.delete(old.ts);
    }
    for (const m of answer) {
      if (!fresh(m.ts)) continue;
      if (!kept.has(m.ts) && !before) this.settle(channel, m);
      kept.set(m.ts, m);
    }
    this.messages.set(channel, kept);
  }

  put(channel, message) {
    const all = new Map(this.messages.get(channel));
    all.set(message.ts, message);
    this.messages.set(channel, all);
  }

  drop(channel, ts) {
    const all = new Map(this.messages.get(channel));
    all.delete(ts);
    this.messages.set(channel, all);
  }

  /** Applies one live event. Returns {kind, channel?, message?}; kind 'new' is a message not seen before. */
  apply(event) {
    this.seq++;
    switch (event.type) {
      case 'message': return this.#applyMessage(event);
      case 'reaction_added': return this.#applyReaction(event, true);
      case 'reaction_removed': return this.#applyReaction(event, false);
      case 'assistant_thread_status': return this.#applyStatus(event);
      case 'view_published': this.home = event.view; return { kind: 'home' };
      case 'view_opened': case 'view_updated': return { kind: event.type, view: event.view };
      case 'im_open': case 'channel_joined':
        if (event.channel?.id) this.addChannel(event.channel);
        return { kind: 'channels', channel: event.channel?.id };
      default: return { kind: 'other' };
    }
  }

  #applyMessage(event) {
    const { channel, subtype } = event;
    if (subtype === 'message_changed' || subtype === 'message_replied') {
      const message = event.message;
      this.#touch(channel, message.ts);
      const base = subtype === 'message_replied' ? withoutReplies(this.get(channel, message.ts)) : {};
      this.put(channel, { ...base, ...message, ephemeral: message.is_ephemeral });
      return { kind: 'changed', channel, message };
    }
    if (subtype === 'message_deleted') {
      this.#touch(channel, event.deleted_ts);
      this.drop(channel, event.deleted_ts);
      return { kind: 'deleted', channel };
    }
    return this.#applyNew(channel, { ...event, ephemeral: event.is_ephemeral });
  }

  #applyNew(channel, message) {
    const known = this.get(channel, message.ts);
    this.#touch(channel, message.ts);
    this.put(channel, message);
    if (known) return { kind: 'changed', channel, message };
    this.settle(channel, message);
    this.#countReply(channel, message);
    if (message.user !== this.me) this.statuses.delete(`${channel}/${message.thread_ts}`);
    return { kind: 'new', channel, message };
  }

  // The parent's counters normally come by themselves (message_replied); a reply newer than they say is added.
  #countReply(channel, reply) {
    const root = reply.thread_ts && reply.thread_ts !== reply.ts && this.get(channel, reply.thread_ts);
    if (!root || reply.ephemeral || (root.latest_reply ?? '') >= reply.ts) return;
    const users = root.reply_users ?? [];
    this.put(channel, {
      ...root,
      thread_ts: root.ts,
      reply_count: (root.reply_count ?? 0) + 1,
      reply_users: users.includes(reply.user) ? users : [...users, reply.user],
      latest_reply: reply.ts,
    });
  }

  #applyReaction({ item, reaction, user }, added) {
    this.#touch(item.channel, item.ts);
    this.react(item.channel, item.ts, reaction, user, added);
    return { kind: 'changed', channel: item.channel };
  }

  /** Sets whether a person's reaction is on a message; doing it twice changes nothing. */
  react(channel, ts, name, user, on) {
    const message = this.get(channel, ts);
    if (!message) return;
    const list = message.reactions ?? [];
    const old = list.find((r) => r.name === name);
    const users = (old?.users ?? []).filter((id) => id !== user);
    if (on) users.push(user);
    const entry = { name, users, count: users.length };
    const reactions = old ? list.map((r) => (r === old ? entry : r)) : [...list, entry];
    this.put(channel, { ...message, reactions: reactions.filter((r) => r.users.length > 0) });
  }

  #applyStatus({ channel, channel_id: id, thread_ts: thread, status, loading_messages: loading, user }) {
    const key = `${channel ?? id}/${thread}`;
    if (status) this.statuses.set(key, { text: loading?.[0] || status, user });
    else this.statuses.delete(key);
    return { kind: 'status', channel: channel ?? id };
  }

  #touch(channel, ts) {
    this.touched.set(`${channel}/${ts}`, this.seq);
  }

  /**
   * Removes the pending line that this new message is the delivery of, also one whose answer was lost. Only a message
   * that was not there before may settle one: the same words said earlier are another message.
   */
  settle(channel, message) {
    const hit = this.pending.find((p) => message.user === this.me && (!p.error || p.doubt) && p.stored === message.text
      && p.channel === channel && (p.thread ?? '') === (message.thread_ts ?? ''));
    if (hit) this.pending = this.pending.filter((p) => p !== hit);
  }

  pendingIn(channel, thread) {
    return this.pending.filter((p) => p.channel === channel && (p.thread ?? null) === (thread ?? null));
  }

  /** How many messages by others came after the last one read. */
  unread(channel) {
    const read = this.read.get(channel) ?? '';
    return this.timeline(channel).filter((m) => m.ts > read && m.user !== this.me && !m.ephemeral).length;
  }

  /** Whether a thread has replies by others that this person has not seen. */
  threadUnread(channel, root) {
    const read = this.read.get(`${channel}/${root.ts}`) ?? this.read.get(channel) ?? '';
    if (!root.latest_reply || root.latest_reply <= read) return false;
    return this.get(channel, root.latest_reply)?.user !== this.me;
  }

  markRead(key, ts) {
    if (!ts || (this.read.get(key) ?? '') >= ts) return false;
    this.read.set(key, ts);
    return true;
  }

  /** Who wrote a message: {id, name, isBot}. */
  author(message) {
    const user = this.users.get(message.user);
    const isBot = Boolean(message.bot_id || message.subtype === 'bot_message' || user?.isBot);
    const name = message.username || (isBot && message.bot_profile?.name) || user?.name || message.user || 'unknown';
    return { id: message.user ?? message.bot_id ?? '', name, isBot };
  }

  userName(id) {
    return this.users.get(id)?.name ?? id;
  }

  /** What people can be called by in a composer: display names and handles. */
  directory() {
    const users = [];
    for (const { id, name, handle } of this.users.values()) {
      users.push({ id, name });
      if (handle && handle !== name) users.push({ id, name: handle });
    }
    const channels = [...this.channels.values()].filter((c) => c.kind === 'channel');
    return { users, channels };
  }
}

// A parent as it is without a thread. Its counters may come without its text, and without a last reply they are absent.
function withoutReplies(parent) {
  const { reply_count, reply_users, reply_users_count, latest_reply, ...rest } = parent ?? {};
  return rest;
}

function userFrom(user) {
  const profile = user.profile ?? {};
  return {
    id: user.id,
    name: displayName(user, profile),
    handle: user.name,
    title: profile.title ?? '',
    isBot: Boolean(user.is_bot),
  };
}

// The name a person chose to be shown by; a display name that is only the handle says less than the real name.
function displayName(user, profile) {
  const real = profile.real_name || user.real_name;
  const chosen = profile.display_name === user.name ? '' : profile.display_name;
  return chosen || real || user.name || user.id;
}
