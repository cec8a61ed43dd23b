"""Moving running instances to other bundles: weighing, planning, moving, undoing."""
