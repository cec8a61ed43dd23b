// Sample rows for trying a decision out: what they hold, kept in this browser, as files.

/** Turn what was typed into the value that is sent; undefined: not given. */
export function valueOf(type, text) {
  if (text === '' || text === undefined) return undefined;
  if (type === 'boolean') return text === 'true';
  if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (['string', 'date', 'time', 'dateTime', 'date and time'].includes(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Put typed texts together to data: `application.age` becomes a part of `application`. */
export function dataOf(inputs, texts) {
  const data = {};
  for (const { name, type } of inputs) {
    const value = valueOf(type, texts[name]);
    if (value === undefined) continue;
    const path = /^\w+(\.\w+)+$/u.test(name) ? name.split('.') : [name];
    const last = path.pop();
    const place = path.reduce((at, part) => (at[part] ??= {}), data);
    if (place && typeof place === 'object') place[last] = value;
  }
  return data;
}

/** The samples of a decision, kept in this browser. */
export class Samples {
  constructor(scope, key) {
    this.place = `jc-samples:${scope}:${key}`;
    try {
      this.all = JSON.parse(localStorage.getItem(this.place)) ?? {};
    } catch {
      this.all = {};
    }
  }

  of(decision) {
    const found = Object.hasOwn(this.all, decision) ? this.all[decision] : null;
    if (!Array.isArray(found)) this.all[decision] = [{}];
    return this.all[decision];
  }

  keep() {
    try {
      localStorage.setItem(this.place, JSON.stringify(this.all));
    } catch { /* A full or closed store: they last as long as the page. */ }
  }

  /** Take samples from a file's text; false if it is none. */
  take(text) {
    try {
      const found = JSON.parse(text).samples;
      const fits = Object.values(found).every((rows) => Array.isArray(rows) && rows.length <= 20
        && rows.every((row) => row && Object.values(row).every((value) => typeof value === 'string')));
      if (!fits) return false;
      this.all = found;
      this.keep();
      return true;
    } catch {
      return false;
    }
  }

  text() {
    return `${JSON.stringify({ samples: this.all }, null, 2)}\n`;
  }
}
