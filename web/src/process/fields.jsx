// The fields of the properties panel, each over a `get` and a `set`.
import {
  FeelEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isFeelEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited, isCheckboxEntryEdited,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { useVariables } from './variables.js';

function Text({ element, id, label, get, set, validate, description, placeholder, disabled }) {
  const debounce = useService('debounceInput');
  return TextFieldEntry({ element, id, label, debounce, getValue: () => get(), setValue: (value, error) => error || set(value ?? ''), validate, description, placeholder, disabled });
}

function Area({ element, id, label, get, set, description, monospace }) {
  const debounce = useService('debounceInput');
  return TextAreaEntry({ element, id, label, debounce, getValue: () => get(), setValue: (value) => set(value ?? ''), description, monospace, autoResize: true });
}

function Choice({ element, id, label, get, set, options, description }) {
  return SelectEntry({ element, id, label, getOptions: () => options, getValue: () => get(), setValue: set, description });
}

/** A tick that says what holds; the library's own shows the old state again for a moment. */
function Check({ id, label, get, set, description }) {
  const input = `bio-properties-panel-${id}`;
  return (
    <div class="bio-properties-panel-entry bio-properties-panel-checkbox-entry" data-entry-id={id}>
      <div class="bio-properties-panel-checkbox">
        <input id={input} name={id} type="checkbox" class="bio-properties-panel-input" checked={get()} onChange={(event) => set(event.target.checked)} />
        <label for={input} class="bio-properties-panel-label">{label}</label>
      </div>
      {description && <div class="bio-properties-panel-description">{description}</div>}
    </div>
  );
}

function Feel({ element, id, label, get, set, feel = 'optional', description, validate }) {
  const debounce = useService('debounceInput');
  const translate = useService('translate');
  const variables = useVariables(element);
  return FeelEntry({ element, id, label, debounce, feel, variables, translate, getValue: () => get(), setValue: (value, error) => error || set(value ?? ''), description, validate });
}

/** Several of a list: chips that can be taken away, and a choice of what to add. */
function Several({ element, id, label, get, set, options, description }) {
  const translate = useService('translate');
  const chosen = get();
  const named = (value) => options.find((one) => one.value === value)?.label ?? value;
  const rest = options.filter((one) => !chosen.includes(one.value));
  return (
    <div class="bio-properties-panel-entry jc-several" data-entry-id={id}>
      <label class="bio-properties-panel-label" for={`bio-properties-panel-${id}`}>{label}</label>
      <ul>
        {chosen.map((value) => (
          <li key={value}>{named(value)}
            <button type="button" aria-label={`${translate('Remove')} ${named(value)}`} onClick={() => set(chosen.filter((one) => one !== value))}>×</button>
          </li>
        ))}
      </ul>
      <select id={`bio-properties-panel-${id}`} class="bio-properties-panel-input" value="" key={`${element.id}-${chosen.length}`}
        onChange={(event) => event.target.value && set([...chosen, event.target.value])}>
        <option value="">{translate('Add …')}</option>
        {rest.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
      {description && <div class="bio-properties-panel-description">{description}</div>}
    </div>
  );
}

/** What can be done where nothing is chosen. */
function Hint({ id }) {
  const translate = useService('translate');
  return (
    <p class="jc-hint" data-entry-id={id}>{translate('Choose an element in the drawing: its form, posts, time limit and conditions stand here. Draw new ones from the left, or press N; “?” lists the keys.')}</p>
  );
}

/** What the check found about an element. */
function Findings({ id, findings }) {
  const translate = useService('translate');
  const mending = useService('mending');
  return (
    <ul class="jc-found" data-entry-id={id}>
      {findings.map((one) => (
        <li key={one.message} class={one.severity}><b>{one.severity === 'error' ? translate('Error') : translate('Warning')}</b> {one.message}
          {one.remedy && <span>{one.remedy}</span>}
          {mending.of(one).map(({ title, act }) => <button key={title} type="button" class="btn sm" onClick={act}>{title}</button>)}</li>
      ))}
    </ul>
  );
}

const field = (component, isEdited) => (id, given) => ({ id, component, isEdited, ...given });
export const text = field(Text, isTextFieldEntryEdited);
export const area = field(Area, isTextAreaEntryEdited);
export const choice = field(Choice, isSelectEntryEdited);
export const check = field(Check, isCheckboxEntryEdited);
export const feel = field(Feel, isFeelEntryEdited);
export const several = field(Several, (node) => Boolean(node?.querySelector('li')));
export const findingsEntry = field(Findings, () => false);
export const hint = (id) => ({ id, component: Hint });
