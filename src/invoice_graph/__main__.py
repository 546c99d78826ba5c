"""`python -m invoice_graph`."""

from invoice_graph.cli import main

if __name__ == "__main__":
    main()
