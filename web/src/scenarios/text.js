// Scenarios as the text that people write: a change rewrites only the lines that it is about, so
// that comments and the way things are written stay wherever nothing was changed.
import { isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import { entryOf, rendered } from './render.js';

/** YAML as the server reads it: 1.1, dates as the text they are written as. */
const OPTIONS = {
  version: '1.1',
  uniqueKeys: false,
  customTags: (tags) => tags.filter((one) => one.tag !== 'tag:yaml.org,2002:timestamp'),
};
const ORDER = [
  'name', 'description', 'world', 'given', 'process', 'event', 'payload', 'start', 'leave_out', 'at', 'status',
  'steps', 'path', 'passes', 'data', 'facts', 'visits',
];
const STEP_ORDER = ['do', 'refuse', 'message', 'signal', 'advance', 'until', 'cancel', 'key', 'of', 'by', 'code', 'times', 'payload', 'answer'];

/** What is wrong with a text: `line` counts from 1. */
export class Unreadable extends Error {
  constructor(message, line) {
    super(message);
    this.line = line;
  }
}

/** A text of scenarios, read. Changes give a new text; this one stays as it is. */
export class ScenarioText {
  constructor(text) {
    this.text = text;
    this.doc = parseDocument(text, OPTIONS);
    const [error] = this.doc.errors;
    if (error) throw new Unreadable(error.message.split('\n')[0], error.linePos?.[0].line ?? 1);
    if (this.doc.contents && !isSeq(this.doc.contents) && this.doc.toJS() !== null) throw new Unreadable('list', 1);
    this.list = this.doc.toJS() ?? [];
  }

  /** Set what stands at a path, such as [2, 'steps', 0, 'by']; undefined takes it away. */
  set(path, value) {
    return this.changed(
      () => setAt(this.text, this.doc.contents, path, value, this.list),
      (plain) => put(plain, path, value),
    );
  }

  /** Put a value into a list at a place. */
  insert(path, place, value) {
    return this.changed(
      () => insertAt(this.text, this.doc.contents, path, place, value, this.list),
      (plain) => {
        const list = at(plain, path);
        if (list) list.splice(place, 0, value);
        else put(plain, path, [value]);
      },
    );
  }

  remove(path, place) {
    if (path.length && at(this.list, path).length === 1) return this.set(path, undefined);
    return this.changed(
      () => reorder(this.text, nodeAt(this.doc.contents, path), (pieces) => pieces.filter((_, one) => one !== place), place),
      (plain) => at(plain, path).splice(place, 1),
    );
  }

  move(path, from, to) {
    return this.changed(
      () => reorder(this.text, nodeAt(this.doc.contents, path), (pieces) => moved(pieces, from, to)),
      (plain) => { const list = at(plain, path); list.splice(to, 0, ...list.splice(from, 1)); },
    );
  }

  /**
   * Change the text by `edit`, and make sure that it then says what `expect` makes of the values.
   * Where the lines are written in a way that `edit` cannot follow, all is written anew.
   */
  changed(edit, expect) {
    const wanted = structuredClone(this.list);
    expect(wanted);
    let text = null;
    try {
      text = edit();
    } catch (error) {
      if (!(error instanceof CannotFollow)) throw error;
    }
    return text !== null && says(text, wanted) ? text : written(this.doc, wanted);
  }
}

/** The lines are written in a way that a change in place cannot keep. */
class CannotFollow extends Error {}

function says(text, wanted) {
  try {
    return same(new ScenarioText(text).list, wanted);
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

function same(one, other) {
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return Array.isArray(one) === Array.isArray(other) && keys.length === others.length
    && keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
}

/** Write everything anew, with the comments that stand above scenarios. */
function written(doc, wanted) {
  const comments = new Map((isSeq(doc.contents) ? doc.contents.items : []).map((one) => [one.get?.('name'), one.commentBefore]));
  const text = rendered(wanted, -2).replace(/^\n/, '');
  const head = doc.commentBefore ? `${commented(doc.commentBefore)}\n` : '';
  return `${head}${text.replace(/^- name: (.*)$/gm, (line, name) => {
    const said = comments.get(name);
    return said ? `${commented(said)}${line}` : line;
  })}\n`;
}

function commented(text) {
  return `${text.split('\n').map((line) => `#${line}`).join('\n')}\n`;
}

function at(value, path) {
  return path.reduce((found, key) => found?.[key], value);
}

function put(value, path, wanted) {
  const holder = path.slice(0, -1).reduce((found, key, place) => {
    found[key] ??= typeof path[place + 1] === 'number' ? [] : {};
    return found[key];
  }, value);
  const key = path.at(-1);
  if (wanted === undefined) delete holder[key];
  else holder[key] = wanted;
}

function nodeAt(node, path) {
  return path.reduce((found, key) => found?.get?.(key, true), node);
}

function isBlock(node) {
  return (isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0;
}

function setAt(text, root, path, value, list) {
  let node = root;
  for (const [place, key] of path.entries()) {
    const rest = path.slice(place + 1);
    const child = node?.get?.(key, true);
    if (rest.length && isBlock(child) && isBlock(node)) {
      node = child;
      continue;
    }
    if (!isBlock(node)) throw new CannotFollow();
    const all = { value: structuredClone(at(list, path.slice(0, place + 1))) };
    put(all, ['value', ...rest], value);
    return isSeq(node) ? setItem(text, node, key, all.value) : setMember(text, node, key, all.value);
  }
  throw new CannotFollow();
}

function setItem(text, seq, place, value) {
  const item = seq.items[place];
  const [start] = item.range;
  const indent = start - lineStart(text, start);
  return splice(text, start, endOf(text, item), entryOf(value, indent, STEP_ORDER));
}

/** Set, add or take away a member of a map that is written in lines. */
function setMember(text, map, key, value) {
  const pair = map.items.find((one) => isPair(one) && isScalar(one.key) && one.key.value === key);
  const first = map.items[0].key.range[0];
  const indent = first - lineStart(text, first);
  if (pair && value === undefined) return takeAway(text, map, pair);
  if (value === undefined) return text;
  const line = `${key}:${spaced(rendered(value, indent))}`;
  if (pair) {
    const end = pair.value?.range ? endOf(text, pair.value) : pair.key.range[1] + 1;
    return splice(text, pair.key.range[0], Math.max(end, pair.key.range[1] + 1), line);
  }
  const order = map.items.some((one) => ORDER.includes(one.key.value) && one.key.value !== 'payload') ? ORDER : STEP_ORDER;
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const before = map.items.filter((one) => rank(one.key.value) <= rank(key)).at(-1) ?? map.items[0];
  const end = lineEnd(text, before.value?.range ? endOf(text, before.value) : before.key.range[1]);
  return splice(text, end, end, `\n${' '.repeat(indent)}${line}`);
}

function spaced(text) {
  return text.startsWith('\n') ? text : ` ${text}`;
}

function takeAway(text, map, pair) {
  const place = map.items.indexOf(pair);
  const start = pair.key.range[0];
  if (map.items.length === 1) throw new CannotFollow();
  if (place === 0) return splice(text, start, map.items[1].key.range[0], '');
  const end = lineEnd(text, pair.value?.range ? endOf(text, pair.value) : pair.key.range[1]);
  return splice(text, lineStart(text, start) - 1, end, '');
}

function insertAt(text, root, path, place, value, whole) {
  const list = at(whole, path);
  if (!list?.length) {
    if (path.length) return setAt(text, root, path, [value], whole);
    const kept = text.trim() && text.trim() !== '[]' ? text.replace(/\n*$/, '\n\n') : '';
    return `${kept}${rendered([value], -2).replace(/^\n/, '')}\n`;
  }
  const seq = nodeAt(root, path);
  if (!isBlock(seq)) throw new CannotFollow();
  const dash = dashOf(text, seq.items[0]);
  const indent = dash - lineStart(text, dash);
  const piece = `${' '.repeat(indent)}- ${entryOf(value, indent + 2, path.length ? STEP_ORDER : ORDER)}\n`;
  return reorder(text, seq, (pieces) => pieces.toSpliced(place, 0, piece), place, path.length === 0);
}

/**
 * Put the items of a list that is written in lines in another order; comments above go with them, and
 * blank lines stay between. `place` is where one comes in or goes, `apart` that a blank line parts it.
 */
function reorder(text, seq, change, place = 0, apart = false) {
  if (!isBlock(seq)) throw new CannotFollow();
  const starts = seq.items.map((one) => withComments(text, lineStart(text, dashOf(text, one))));
  const end = Math.min(lineEnd(text, endOf(text, seq.items.at(-1))) + 1, text.length);
  const slices = starts.map((start, one) => text.slice(start, starts[one + 1] ?? end));
  const pieces = slices.map((one) => one.replace(/\n*$/, '\n'));
  const gaps = slices.map((one, number) => one.slice(pieces[number].length)).slice(0, -1);
  const next = change(pieces);
  if (next.length > pieces.length) gaps.splice(Math.max(0, place - 1), 0, apart ? '\n' : '');
  if (next.length < pieces.length) gaps.splice(Math.min(place, gaps.length - 1), 1);
  return text.slice(0, starts[0]) + next.map((one, number) => one + (gaps[number] ?? '')).join('') + text.slice(end);
}

function dashOf(text, item) {
  const dash = text.lastIndexOf('-', item.range[0]);
  if (dash < 0 || text.slice(lineStart(text, dash), dash).trim()) throw new CannotFollow();
  return dash;
}

function withComments(text, start) {
  let from = start;
  while (from > 0) {
    const before = lineStart(text, from - 1);
    if (!text.slice(before, from).trimStart().startsWith('#')) break;
    from = before;
  }
  return from;
}

/** Where a value ends, without the line breaks after it. */
function endOf(text, node) {
  let end = node.range[1];
  while (end > node.range[0] && /\s/.test(text[end - 1])) end -= 1;
  return end;
}

function lineStart(text, place) {
  return text.lastIndexOf('\n', place - 1) + 1;
}

function lineEnd(text, place) {
  const end = text.indexOf('\n', place);
  return end < 0 ? text.length : end;
}

function splice(text, start, end, piece) {
  return text.slice(0, start) + piece + text.slice(end);
}

function moved(pieces, from, to) {
  const left = pieces.toSpliced(from, 1);
  return left.toSpliced(to, 0, pieces[from]);
}
