"""What is told beside answers, and to whom."""

from dataclasses import dataclass

from invoice_graph.config import Settings


@dataclass(frozen=True, slots=True)
class Exposure:
    """Switches: without `suggestions` and `introspection` errors and queries tell nobody what the schema has; with
    `log_operations` each operation leaves a line in the operator's log."""

    suggestions: bool = True
    introspection: bool = True
    log_operations: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Exposure":
        """What the settings say."""
        suggestions, introspection = settings.tells(settings.suggestions), settings.tells(settings.introspection)
        return cls(suggestions, introspection, settings.log_operations)
