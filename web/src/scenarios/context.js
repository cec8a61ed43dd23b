// What a scenario can name, in words: made of what the server gives with the page.
import { inLanguage } from '../shared/i18n.js';

export class Context {
  constructor({ data, key, words }) {
    const { elements, forms, worlds, posts, facts } = data;
    Object.assign(this, { elements, forms, worlds, posts, facts, key, words });
    this.own = data.elements.filter((one) => one.process === key);
    this.byId = new Map([...data.elements].reverse().map((one) => [one.id, one]));
    for (const one of this.own) this.byId.set(one.id, one);
    this.full = new Map(data.elements.map((one) => [`${one.process}.${one.id}`, one]));
  }

  /** The name of an element of this process, or of another as `process.element`. */
  name(id) {
    const found = this.full.get(id) ?? this.byId.get(id);
    return found ? inLanguage(found.name) : String(id ?? '');
  }

  /** The fields of a user task's form. */
  fields(taskId) {
    return this.forms[this.byId.get(taskId)?.form] ?? [];
  }

  /** User tasks to choose from, as [group, [[value, words]]]; those that are open come first. */
  tasks(open = []) {
    const isTask = (one) => one.kind === 'userTask';
    const ready = open.map((id) => this.full.get(id)).filter(Boolean);
    const rest = this.own.filter((one) => isTask(one) && !ready.includes(one));
    const others = this.elements.filter((one) => isTask(one) && one.process !== this.key && !ready.includes(one));
    return [
      [this.words('Open after the last run'), pairs(ready)],
      [this.words('This process'), pairs(rest)],
      [this.words('Other processes'), pairs(others)],
    ];
  }

  /** What waits for messages or signals (`kind`), as choices. */
  events(kind) {
    const waiting = (all) => all.filter((one) => one[kind]).map((one) => [one[kind], `${inLanguage(one.name)} (${one[kind]})`]);
    return [
      [this.words('This process'), unique(waiting(this.own))],
      [this.words('Other processes'), unique(waiting(this.elements.filter((one) => one.process !== this.key)))],
    ];
  }

  /** All elements of this process, as choices. */
  places() {
    return [['', pairs(this.own)]];
  }

  /** Elements of other processes as `process.element`. */
  visits() {
    const groups = new Map();
    for (const one of this.elements) {
      if (one.process === this.key) continue;
      groups.set(one.process, [...(groups.get(one.process) ?? []), [`${one.process}.${one.id}`, inLanguage(one.name)]]);
    }
    return [...groups].map(([process, all]) => [this.processName(process), all]);
  }

  /** Called processes, as choices. */
  callees() {
    const called = this.own.filter((one) => one.calls).map((one) => [one.calls, inLanguage(one.name)]);
    return [['', unique(called)]];
  }

  processName(process) {
    const caller = this.elements.find((one) => one.calls === process);
    return caller ? inLanguage(caller.name) : process;
  }

  starts() {
    return [['', pairs(this.own.filter((one) => one.kind === 'startEvent'))]];
  }

  worldChoices() {
    return [['', this.worlds.map((one) => [one.key, inLanguage(one.name)])]];
  }

  postChoices() {
    return [['', this.posts.map((one) => [one.key, inLanguage(one.name)])]];
  }
}

function pairs(elements) {
  return unique(elements.map((one) => [one.id, inLanguage(one.name)]));
}

function unique(all) {
  return [...new Map(all.map((one) => [one[0], one])).values()];
}
