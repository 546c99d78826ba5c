"""The only room that opens connections: tables, transactions, the event log."""
