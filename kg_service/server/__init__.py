"""The gRPC server: servicers that translate, interceptors, lifecycle."""

from kg_service.server._components import Components, open_components
from kg_service.server._config import ServerConfig, TlsFiles
from kg_service.server._holder import RecommenderHolder
from kg_service.server._main import main
from kg_service.server._server import Server, ServerOptions, build

__all__ = [
    "Components",
    "RecommenderHolder",
    "Server",
    "ServerConfig",
    "ServerOptions",
    "TlsFiles",
    "build",
    "main",
    "open_components",
]
