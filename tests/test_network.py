"""Tests reach nobody: not by accident, and not through a library."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_a_test_reaches_nobody_outside() -> None:
    # The refusal also warns, and in this suite a warning is an error: either one stops it.
    with pytest.raises((SocketConnectBlockedError, UserWarning)):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_test_reaches_a_server_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
