"""Form definitions: reading, rendering and checking. Knows neither engine nor domain."""
