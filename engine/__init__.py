"""Run BPMN processes. Knows nothing of appraisal, forms or HTTP."""
