// The drawing tool with all that is ours in it.
import BpmnModeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import camundaBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camundaModdle from 'camunda-bpmn-moddle/resources/camunda.json';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import TokenSimulationModule from 'bpmn-js-token-simulation';
import minimapModule from 'diagram-js-minimap';
import { translateModule } from '../shared/i18n.js';
import clipboard from './clipboard.js';
import dialect from './dialect.js';
import english from './english.js';
import findings from './findings.js';
import fragments from './fragments.js';
import mending from './mending.js';
import offers from './offers.js';
import order from './order.js';
import panel from './panel.js';
import reminders from './reminders.js';
import variables, { builtins } from './variables.js';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './style.css';

/** Make the tool in two boxes of the page; `design` is what the diagram may refer to. */
export function makeModeler({ canvas, properties, design, translate }) {
  return new BpmnModeler({
    container: canvas,
    propertiesPanel: { parent: properties, feelLanguageContext: { builtins: builtins(design.functions) } },
    moddleExtensions: { camunda: camundaModdle },
    design,
    additionalModules: [
      translateModule(translate), BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, camundaBehaviors,
      CreateAppendAnythingModule, TokenSimulationModule, minimapModule,
      dialect, english, findings, mending, variables, reminders, order, fragments, clipboard, offers, panel,
    ],
  });
}
