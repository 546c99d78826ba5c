"""How statements are spelled where the spelling decides how PostgreSQL plans them."""

from graphql import OperationDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues

from invoice_graph.planner.plan import Plan, Planner
from invoice_graph.schema.build import make_planner
from invoice_graph.store.dialect import POSTGRES

PAGE = "query Page($first: Int!) { invoices(first: $first) { nodes { id lines(first: 3) { nodes { id } } } } }"


def planned(planner: Planner, first: int) -> Plan:
    (node,) = parse(PAGE).definitions
    assert isinstance(node, OperationDefinitionNode)
    variables = get_variable_values(planner.schema, node.variable_definitions or (), {"first": first})
    assert isinstance(variables, VariableValues)
    return planner.plan(PAGE, node, (), variables)


def test_postgresql_finds_the_page_size_in_the_text_of_the_statement() -> None:
    """PostgreSQL takes an unknown LIMIT for a tenth of all rows, and would plan the statement each time it runs."""
    planner = make_planner(POSTGRES)
    (of_seven,) = planned(planner, 7).statements
    (of_nine,) = planned(planner, 9).statements
    assert of_nine.spelling.sql == of_seven.spelling.sql.replace("LIMIT 7", "LIMIT 9")
    assert [of_seven.spelling.sql.count(limit) for limit in ("LIMIT 7", "LIMIT 3", "LIMIT $")] == [1, 1, 0]
    assert planned(planner, 7) is planned(planner, 7)


def test_other_databases_read_pages_of_every_size_by_one_statement() -> None:
    planner = make_planner()
    assert planned(planner, 7) is planned(planner, 9)
