"""One file for each kind of export. The first one whose content fits reads a file."""

from jupyter_llm_meter.reconcile.export import ExportFormat
from jupyter_llm_meter.reconcile.formats import (
    anthropic_cost_csv,
    anthropic_costs,
    anthropic_usage,
    anthropic_usage_csv,
    aws,
    azure,
    google,
    openai_cost_csv,
    openai_costs,
    openai_usage,
    openai_usage_csv,
)

FORMATS: tuple[ExportFormat, ...] = (
    openai_usage.FORMAT,
    openai_costs.FORMAT,
    openai_usage_csv.FORMAT,
    openai_cost_csv.FORMAT,
    anthropic_usage.FORMAT,
    anthropic_costs.FORMAT,
    anthropic_usage_csv.FORMAT,
    anthropic_cost_csv.FORMAT,
    azure.FORMAT,
    google.FORMAT,
    aws.FORMAT,
)
"""Every kind of export that is read."""
