"""Compile BPMN diagrams: read, check, lower, parse. The only reader of the designers' dialect."""
