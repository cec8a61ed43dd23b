"""Service tasks: the glue between a diagram and the appraisal domain."""
