"""The appraisal domain: tables and pure rules. Knows neither engine nor forms."""
