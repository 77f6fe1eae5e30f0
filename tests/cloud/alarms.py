"""CloudWatch alarms with the states, the times and the EventBridge events that moto leaves out."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend

from . import ACCOUNT

Listener = Callable[[dict[str, Any]], None]

create_alarm = CloudWatchBackend.put_metric_alarm
change_state = CloudWatchBackend.set_alarm_state


def install(listener: Listener) -> None:
    """`listener` gets one event for each change of an alarm's state value, in any Region."""

    def set_alarm_state(
        backend: CloudWatchBackend, alarm_name: str, reason: str, reason_data: str, state_value: str
    ) -> None:
        before = snapshot(backend.alarms.get(alarm_name))
        change_state(backend, alarm_name, reason, reason_data, state_value)
        alarm = backend.alarms[alarm_name]
        if before["value"] == alarm.state_value:
            # Setting the value an alarm already has renews the reason; neither a time nor an event comes of it.
            alarm.state_updated_timestamp = before["at"]
            return
        stamp(alarm)
        listener(state_change_event(alarm, state(**before)))

    CloudWatchBackend.set_alarm_state = set_alarm_state
    CloudWatchBackend.put_metric_alarm = put_metric_alarm


def put_metric_alarm(backend: CloudWatchBackend, name: str, **definition: Any) -> Alarm:
    """A new alarm has no data yet (moto says OK), and one that is redefined keeps its state (moto resets it)."""
    before = backend.alarms.get(name)
    alarm = create_alarm(backend, name=name, **definition)
    if before is None:
        alarm.state_value = "INSUFFICIENT_DATA"
        alarm.state_reason_data = None
        stamp(alarm)
    else:
        kept = vars(before)
        vars(alarm).update({key: kept[key] for key in kept if key.startswith("state_") or key == "history"})
    return alarm


def stamp(alarm: Alarm) -> None:
    """CloudWatch counts in milliseconds: finer times would make DescribeAlarms and the event disagree."""
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000, tzinfo=None)
    alarm.state_updated_timestamp = now
    alarm.state_transitioned_timestamp = now


def snapshot(alarm: Alarm | None) -> dict[str, Any]:
    if alarm is None:
        return {"value": None, "reason": None, "reason_data": None, "at": None}
    return {
        "value": alarm.state_value,
        "reason": alarm.state_reason,
        "reason_data": alarm.state_reason_data,
        "at": alarm.state_updated_timestamp,
    }


def state(value: str, reason: str, reason_data: str | None, at: datetime) -> dict[str, Any]:
    described = {"value": value, "reason": reason}
    if reason_data:
        described["reasonData"] = reason_data
    return described | {"timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"}


def state_change_event(alarm: Alarm, previous: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": ACCOUNT,
        "time": f"{alarm.state_updated_timestamp:%Y-%m-%dT%H:%M:%SZ}",
        "region": alarm.region_name,
        "resources": [alarm.alarm_arn],
        "detail": {
            "alarmName": alarm.name,
            "configuration": configuration(alarm),
            "previousState": previous,
            "state": state(**snapshot(alarm)),
        },
    }


def configuration(alarm: Alarm) -> dict[str, Any]:
    if alarm.rule is not None:
        described: dict[str, Any] = {"alarmRule": alarm.rule}
    elif alarm.metric_data_queries:
        described = {"metrics": [query(each) for each in alarm.metric_data_queries]}
    else:
        described = {"metrics": [single_metric(alarm)]}
    return described | ({"description": alarm.description} if alarm.description else {})


def single_metric(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, alarm.alarm_arn)),
        "metricStat": {
            "metric": metric(alarm.namespace, alarm.metric_name, alarm.dimensions),
            "period": int(alarm.period),
            "stat": alarm.statistic or alarm.extended_statistic,
        },
        "returnData": True,
    }


def query(each: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"id": each.id, "returnData": each.return_data is not False}
    if each.expression:
        described["expression"] = each.expression
    if each.metric_stat:
        stat = each.metric_stat
        described["metricStat"] = {
            "metric": metric(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions),
            "period": int(stat.period),
            "stat": stat.stat,
        }
    return described


def metric(namespace: str, name: str, dimensions: list[Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"namespace": namespace, "name": name}
    if dimensions:
        described["dimensions"] = {dimension.name: dimension.value for dimension in dimensions}
    return described
