"""HTTP (JSON and pages), command line, worker: the composition root."""
