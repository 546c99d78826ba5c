"""`invoice-graph`, and `python -m invoice_graph`."""

import gc

# What is imported stays: looking through it again and again would take a quarter of the start.
gc.disable()

from invoice_graph.cli import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
