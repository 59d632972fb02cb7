"""Each error owns its gRPC status and survives the wire."""

import grpc
import pytest
from google.rpc import error_details_pb2

from kgpress import errors, rpc_status


def classes(of: type[errors.KgpressError] = errors.KgpressError) -> list[type[errors.KgpressError]]:
    return [
        of,
        *(c for sub in of.__subclasses__() if sub.__module__ == errors.__name__ for c in classes(sub)),
    ]


@pytest.mark.parametrize("cls", classes(), ids=lambda c: c.__name__)
def test_every_error_has_a_status_an_exit_code_and_a_reason_of_its_own(cls) -> None:
    assert cls.grpc_code in grpc.StatusCode.__members__
    assert cls.exit_code != 0
    assert errors.by_reason(cls.reason) is cls


@pytest.mark.parametrize("cls", classes(), ids=lambda c: c.__name__)
def test_status_carries_reason_remedy_and_field(cls) -> None:
    status = rpc_status.to_status(cls("the fault", remedy="the remedy", field="limits.max_drop"))
    info, localized, bad = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.LocalizedMessage(),
        error_details_pb2.BadRequest(),
    )
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(localized)
    assert status.details[2].Unpack(bad)
    assert (info.reason, info.domain) == (cls.reason, "kgpress")
    assert localized.message == "the remedy"
    assert bad.field_violations[0].field == "limits.max_drop"
    assert status.message == "the fault"


def test_an_unknown_reason_is_still_an_error_of_ours() -> None:
    assert errors.by_reason("FROM_A_NEWER_SERVER") is errors.KgpressError


def test_suggestions_name_the_nearest() -> None:
    assert "x86-cpu" in str(errors.UnknownName("hardware", "x86cpu", ["arm-cpu", "x86-cpu"]))
