// A draft that saves itself: one editor at a time, nothing lost when two meet.
//
//   const saving = new Saving({kind, key, scope, read: () => text, show: (state) => …});
//   const draft = await saving.open();     // {content, revision, …}
//   saving.changed();                      // after each edit; saves when the hand rests
//
// States given to `show`: {name: 'saved'|'waiting'|'saving'|'offline'|'held'|'moved'|'failed'|'reading',
// editor, revision, at, message}. While held by another or moved, edits stay in the browser
// (localStorage) until somebody chooses.
import { get, post, put, remove, Refused, Unreachable } from './api.js';

const REST = 900;
const RENEW = 45_000;

export class Saving {
  constructor({ kind, key, scope, read, show = () => {} }) {
    Object.assign(this, { kind, key, scope, read, show });
    this.path = `/drafts/${kind}/${encodeURIComponent(key)}`;
    this.query = { scope };
    this.kept = `jc-draft:${scope}:${kind}:${key}`;
    this.revision = null;
    this.saved = null;
    this.held = false;
    this.state = { name: 'saved' };
  }

  /** Read the draft and take the right to edit it if nobody has it. */
  async open() {
    const draft = await this.fetch();
    this.revision = draft.revision;
    this.saved = draft.content;
    await this.take(false);
    if (!this.held && this.state.name !== 'reading') this.tell('saved');
    this.renewing = setInterval(() => this.held || this.take(false), RENEW);
    addEventListener('pagehide', () => this.release());
    addEventListener('online', () => this.changed());
    return draft;
  }

  /** What the server has: {content, revision}. */
  async fetch() {
    return (await get(this.path, { query: this.query })).data;
  }

  /** Store a content on the revision that this one is made from. */
  async send(content) {
    return put(this.path, { content }, { match: this.revision, query: this.query });
  }

  /** Take the right to edit; `over` takes it from whoever has it. */
  async take(over) {
    try {
      const { data } = await post(`${this.path}/lease`, { takeOver: over }, { query: this.query });
      const editor = data?.editor ?? data;
      this.held = false;
      if (over) await this.catchUp();
      return editor;
    } catch (error) {
      if (error instanceof Refused && error.status === 423) this.lost(error);
      else if (error instanceof Refused && error.status === 403) this.tell('reading', { message: error.message });
      else if (!(error instanceof Unreachable)) this.tell('failed', { message: error.message });
      return null;
    }
  }

  async catchUp() {
    const draft = await this.fetch();
    if (draft.revision !== this.revision) {
      this.moved(draft);
      return;
    }
    this.tell('saved');
    this.changed();
  }

  /** Say that there is something to save. */
  changed() {
    if (this.read() === this.saved) return;
    this.keep();
    if (this.held || ['moved', 'reading'].includes(this.state.name)) return;
    this.tell('waiting');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), REST);
  }

  /** Save now; one at a time, and again if something changed meanwhile. */
  async save() {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.write().finally(() => { this.running = null; });
    await this.running;
    if (this.again) {
      this.again = false;
      await this.save();
    }
    return undefined;
  }

  async write() {
    const content = await this.read();
    if (content === this.saved || this.held) return;
    this.tell('saving');
    try {
      const { data, revision } = await this.send(content);
      this.revision = data?.revision ?? Number(revision);
      this.saved = content;
      localStorage.removeItem(this.kept);
      this.tell('saved', { at: new Date() });
    } catch (error) {
      await this.refused(error);
    }
  }

  async refused(error) {
    if (error instanceof Unreachable) {
      this.tell('offline', { message: error.message });
      this.timer = setTimeout(() => this.save(), 5000);
    } else if (error.status === 423) this.lost(error);
    else if (error.status === 412) this.moved(await this.fetch());
    else this.tell('failed', { message: [error.message, ...(error.errors ?? []).map((one) => one.message)].join(' ') });
  }

  lost(error) {
    this.held = true;
    this.keep();
    this.tell('held', { editor: error.problem?.editor, message: error.message });
  }

  moved(draft) {
    this.keep();
    this.tell('moved', { theirs: draft });
  }

  /** After 'moved': go on with `content`, over revision `revision` of the server's. */
  settle(revision, content) {
    this.revision = revision;
    this.saved = content;
    this.tell('saved');
  }

  /** After 'moved': go on with the server's; `mine` becomes a revision of the history first. */
  async shelve(mine, theirs) {
    try {
      let { revision } = theirs;
      for (const content of [mine, theirs.content]) {
        const saved = await put(this.path, { content }, { match: revision, query: this.query });
        revision = saved.data?.revision ?? Number(saved.revision);
      }
      this.forget();
      this.settle(revision, theirs.content);
      return true;
    } catch (error) {
      // What this browser keeps of it is offered when the page is opened again.
      await this.refused(error);
      return false;
    }
  }

  /** What this browser keeps of unsaved work, or null: {content, revision, at}. */
  unsaved() {
    try {
      return JSON.parse(localStorage.getItem(this.kept));
    } catch {
      return null;
    }
  }

  keep() {
    const content = this.read();
    if (!content || content === this.saved) return;
    try {
      localStorage.setItem(this.kept, JSON.stringify({ content, revision: this.revision, at: Date.now() }));
    } catch { /* A full or closed store: the server's copy has to do. */ }
  }

  forget() {
    localStorage.removeItem(this.kept);
  }

  revisions() {
    return get(`${this.path}/revisions`, { query: this.query }).then(({ data }) => data.items ?? data);
  }

  readRevision(number) {
    return get(`${this.path}/revisions/${number}`, { query: this.query }).then(({ data }) => data);
  }

  /** Ask what stands against publishing `content`. */
  check(content, signal) {
    return post(`${this.path}/check`, { content }, { query: this.query, signal }).then(({ data }) => data.findings);
  }

  release() {
    clearInterval(this.renewing);
    if (!this.held) remove(`${this.path}/lease`, { query: this.query }).catch(() => {});
  }

  tell(name, more = {}) {
    this.state = { name, revision: this.revision, ...more };
    this.show(this.state);
  }
}
