"""The operation search."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from embedder.app import App
from embedder.context import RequestContext
from embedder.embedding.embedder import PreparedTexts
from embedder.embedding.options import FLOATS
from embedder.errors import invalid
from embedder.names.tasks import QUERY
from embedder.operations.operation import Operation
from embedder.operations.requests import SearchRequest
from embedder.operations.result import Result
from embedder.stored import MAX_TOP_K_FULL
from embedder.vectorize import limits
from embedder.vectorize.answers import Matches


class SearchResponse(Matches):
    """The results of a search. `exact` says whether the scores are, `order` how the matches are sorted."""

    exact: Annotated[
        bool, Meta(description="Whether the scores were computed from the stored vectors. Otherwise approximate.")
    ]
    order: Annotated[
        Literal["score", "diversity"],
        Meta(description="`score`: the nearest first. `diversity`: as they were chosen, see `diversity`."),
    ]


async def search(app: App, context: RequestContext, request: SearchRequest) -> Result:
    """Find the vectors nearest to a text or to a stored vector."""
    if (request.text is None) == (request.id is None):
        raise invalid("Send either text or id.", "text")
    options = _options(request)
    results, values, prepared = await _find(app, context, request, options)
    if request.min_score is not None:
        results.keep([match for match in results.matches if match.score >= request.min_score])
    if request.diversity:
        app.require_store().diversify(results, values, count=request.top_k, diversity=request.diversity)
    if values is not None and not request.values:
        results.drop_values()
        values = None
    order: Literal["score", "diversity"] = "diversity" if request.diversity else "score"
    return Result(SearchResponse(results.count, results.matches, options["returnValues"], order), prepared, values)


def _options(request: SearchRequest) -> dict[str, Any]:
    """Check the limits of a search, and return the options of its query.

    Scores are exact only if the query asks for values. A threshold on approximate scores would leave out the wrong
    matches, and diversity compares the vectors.
    """
    asked = {
        "values": request.values,
        "exact": request.exact,
        "min_score": request.min_score is not None,
        "diversity": request.diversity > 0,
    }
    options = limits.query_options(
        top_k=request.top_k,
        values=[name for name, is_asked in asked.items() if is_asked],
        metadata=request.metadata,
        filters=request.filter,
    )
    if request.diversity:
        options["topK"] = MAX_TOP_K_FULL
    return options


async def _find(
    app: App, context: RequestContext, request: SearchRequest, options: dict[str, Any]
) -> tuple[Matches, object, PreparedTexts | None]:
    store = app.require_store()
    area = store.to_search(context, request.namespace)
    if request.id is not None:
        limits.check_ids([request.id], param="id")
        return *await store.search(area, context, options, name=request.id), None
    prepared = app.embedder.prepare([request.text or ""], request, param="text", default=QUERY)
    await store.check_fit(context)
    [answer] = await app.embedder.embed(prepared, context, FLOATS)
    return *await store.search(area, context, options, vectors=answer), prepared


OPERATIONS = (
    Operation(
        name="search",
        scope="search",
        method="POST",
        path="/search",
        request=SearchRequest,
        response=SearchResponse,
        handler=search,
        arguments=("text",),
        summary="Search with a text or a stored id",
    ),
)
