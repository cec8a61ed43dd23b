// The properties beside the canvas: what our renderer knows, and our own in plain words.
import { h } from 'preact';
import { isSupported, specsOf } from './specs.js';

const GROUPS = ['general', 'condition', 'layout', 'appearance', 'validation'];
const UNKNOWN_GROUPS = /^(serialization|constraints|securityAttributes|custom-values)$/;
const UNKNOWN_ENTRIES = new Set([
  'versionTag', 'verticalAlignment', 'showOutline', 'disableCollapse', 'nonCollapsedItems', 'searchable', 'use24h', 'time-format',
  'serialize-to-string', 'action', 'validationType', 'height',
]);

/** A module for form-js-editor. */
export function panelModule({ translate, bindings }) {
  class Properties {
    constructor(propertiesPanel) {
      propertiesPanel.registerProvider(this, 200);
    }

    getGroups(field, editField) {
      return (groups) => {
        if (!field) return groups;
        const kept = groups.filter((group) => !UNKNOWN_GROUPS.test(group.id) && (GROUPS.includes(group.id) || group.id.includes('values') || group.id.includes(field.id)))
          .map((group) => (group.entries ? { ...group, entries: group.entries.filter((entry) => !UNKNOWN_ENTRIES.has(entry.id)) } : group))
          .filter((group) => group.items || group.entries?.length);
        const entries = isSupported(field) ? specsOf(field, { bindings }).filter((one) => one.panel).map((spec) => ({
          id: spec.id, spec, field, component: Entry, isEdited: () => Boolean(spec.get(field)),
          change: (value) => {
            for (const [name, set] of Object.entries(spec.set(field, value))) editField(field, [name], set);
          },
          translate,
        })) : [];
        const group = { id: 'jiancheng', label: translate('Business settings'), entries, shouldOpen: true };
        return entries.length ? [...kept.slice(0, 1), group, ...kept.slice(1)] : kept;
      };
    }
  }
  Properties.$inject = ['propertiesPanel'];
  return { __init__: ['jcProperties'], jcProperties: ['type', Properties] };
}

function Entry({ id, spec, field, change, translate }) {
  const name = `jc-${id}`;
  const words = translate(spec.label, spec.values);
  if (spec.kind === 'check') {
    return h('div', { class: 'bio-properties-panel-entry jc-entry', 'data-entry-id': id }, h('label', { class: 'jc-check' },
      h('input', { type: 'checkbox', checked: spec.get(field), onChange: (event) => change(event.target.checked) }), words));
  }
  const value = spec.get(field);
  const shared = { id: name, class: 'bio-properties-panel-input', value, spellcheck: false };
  let input;
  if (spec.kind === 'select') {
    input = h('select', { ...shared, onChange: (event) => change(event.target.value) },
      spec.options.map(([one, text]) => h('option', { value: one, selected: one === value }, translate(text))));
  } else if (spec.kind === 'area') {
    input = h('textarea', { ...shared, rows: 2, onInput: (event) => change(event.target.value) });
  } else {
    input = h('input', { ...shared, type: 'text', autocomplete: 'off', onInput: (event) => change(event.target.value) });
  }
  return h('div', { class: 'bio-properties-panel-entry jc-entry', 'data-entry-id': id },
    h('label', { class: 'bio-properties-panel-label', for: name }, words), input);
}
