"""Forms: form-js JSON, drawn without scripts and checked by the same rules everywhere."""

from forms.answers import CheckedAnswer
from forms.definition import FormDefinition, load_schema, parse_form
from forms.errors import FieldError, FormError, FormProblem, InvalidAnswer, InvalidForm
from forms.lint import lint_form
from forms.stills import Strip, draw_still, part_names
from forms.values import GivenFile

__all__ = [
    "CheckedAnswer",
    "FieldError",
    "FormDefinition",
    "FormError",
    "FormProblem",
    "GivenFile",
    "InvalidAnswer",
    "InvalidForm",
    "Strip",
    "draw_still",
    "lint_form",
    "load_schema",
    "parse_form",
    "part_names",
]
