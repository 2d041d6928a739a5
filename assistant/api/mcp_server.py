"""The operations as MCP tools (https://modelcontextprotocol.io), with the official SDK; needs the extra « mcp ».

Quotes are in the structured content, each with its proof. What is wrong with a call is a problem, in French.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from anyio.to_thread import run_sync
from pydantic import BaseModel, ValidationError

from assistant.api import answers
from assistant.api.faults import fault
from assistant.api.forms import Asked, Compared, Counted, Read
from assistant.api.http import PACKAGE
from assistant.api.operations import Document, Operations
from assistant.api.problems import Kind, crash, problem, said
from assistant.errors import AssistantError, MissingExtra
from assistant.typography import guillemets
from assistant.unexpected import log_unexpected

try:
    import mcp_types as types
    from mcp import MCPError
    from mcp.server import Server, ServerRequestContext
except ImportError:
    raise MissingExtra("mcp", "la liaison MCP") from None

_INSTRUCTIONS = (
    "Fiches actions de centres sociaux français. Cherchez avec « search », puis lisez ou comparez. Montrez les "
    "citations telles quelles, avec leur fiche, et toujours les limites et les perspectives\u00a0: chaque citation "
    "porte sa preuve (source, start, end). Quand aucune fiche ne répond (answered vaut false), dites-le et n’inventez "
    "rien."
)
_READS = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    title: str
    description: str
    asked: type[BaseModel]
    answered: type[BaseModel]
    run: Callable[[Any], Document]

    def described(self) -> types.Tool:
        return types.Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.asked.model_json_schema(),
            output_schema=self.answered.model_json_schema(),
            annotations=_READS,
        )


def create_mcp(operations: Operations) -> Server[Any]:
    """The server, for any transport."""
    # the SDK logs what it is sent, which may hold a question; what goes wrong in a tool is logged here
    logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)
    tools = {tool.name: tool for tool in _tools(operations)}

    async def listed(_context: ServerRequestContext[Any], _page: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[tool.described() for tool in tools.values()])

    async def called(
        _context: ServerRequestContext[Any], parameters: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = tools.get(parameters.name)
        if tool is None:
            name = guillemets(parameters.name[:60])
            raise MCPError(types.INVALID_PARAMS, f"L’outil {name} n’existe pas. Outils\u00a0: {', '.join(tools)}.")
        return await run_sync(_call, tool, parameters.arguments or {})

    return Server(
        "assistant-centres-sociaux",
        version=version(PACKAGE),
        title="Assistant des centres sociaux",
        instructions=_INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


def serve_stdio(operations: Operations) -> None:
    """Serve on stdin and stdout until stdin closes; what is printed meanwhile goes to stderr."""
    import anyio
    from mcp.server.stdio import stdio_server

    server = create_mcp(operations)

    async def run() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(run)


def _tools(operations: Operations) -> tuple[_Tool, ...]:
    return (
        _Tool(
            "search",
            "Chercher des fiches",
            "Répond à une question en français par des fiches citées mot pour mot, avec leurs limites et leurs "
            "perspectives\u00a0; ou dit qu’aucune ne répond et montre la plus proche.",
            Asked,
            answers.Answer,
            operations.ask,
        ),
        _Tool(
            "read_sheet",
            "Lire une fiche",
            "Une fiche entière, rubrique par rubrique, chaque texte avec sa place dans la source.",
            Read,
            answers.Sheet,
            lambda asked: operations.sheet(asked.sheet),
        ),
        _Tool(
            "compare",
            "Comparer des fiches",
            "De deux à six fiches côte à côte, rubrique par rubrique, en citations.",
            Compared,
            answers.Comparison,
            operations.compare,
        ),
        _Tool(
            "list_facets",
            "Lister les filtres",
            "Les valeurs de chaque filtre (public, territoire, département…) avec le nombre de fiches de chacune.",
            Counted,
            answers.Facets,
            operations.facets,
        ),
    )


def _call(tool: _Tool, arguments: dict[str, Any]) -> types.CallToolResult:
    try:
        document = tool.run(tool.asked.model_validate(arguments))
    except ValidationError as error:
        detail = " ".join(dict.fromkeys(fault(found) for found in error.errors()[:3]))
        return _failed(problem(Kind.FORM, detail, f"Voyez le schéma de l’outil {guillemets(tool.name)}."))
    except AssistantError as error:
        return _failed(said(error))
    except Exception as error:  # noqa: BLE001 - the caller gets a problem, whatever happens
        log_unexpected(_log, error)
        return _failed(crash())
    return types.CallToolResult(content=[_text(json.dumps(document, ensure_ascii=False))], structured_content=document)


def _failed(found: dict[str, Any]) -> types.CallToolResult:
    text = f"{found['detail']} {found['remedy']}".strip()
    return types.CallToolResult(content=[_text(text)], structured_content=found, is_error=True)


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)
