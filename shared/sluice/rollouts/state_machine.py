"""The Step Functions machine that runs a rollout's controller, in JSONPath: tick, and wait, until it is over.

While people are asked it waits with a task token, so that an answer wakes it; it still looks once a minute, for the
candidate may have traffic meanwhile, and its lease must be renewed. A token says that somebody answered, never what:
approvals are in the store and the ledger, by name.

Its input is `controller_input`. A tick that fails is followed by the next one: the answer to a controller that cannot
go on is the failsafe, never the end of an execution. The failsafe closes the rollout, and the next tick that works ends
the execution. Before its history is full (25,000 events), an execution starts its successor, of the next epoch.
"""

from typing import Any

WAIT_SECONDS = 60
_TICKS_PER_EXECUTION = 1_500
_FAILURES_OF_LAMBDA = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]


def controller_input(model: str, rollout_id: str, epoch: int) -> dict[str, Any]:
    """What an execution is started with; `ticks` counts its own."""
    return {"model": model, "rollout_id": rollout_id, "epoch": epoch, "ticks": 0}


def execution_name(model: str, rollout_id: str, epoch: int) -> str:
    """AWS starts no second execution of a name, and takes 80 characters: 40 of a model, 32 of an id, 6 of an epoch."""
    return f"{model}-{rollout_id}-{epoch}"


def rollout_machine(tick_function_arn: str, *, wait_seconds: int = WAIT_SECONDS) -> dict[str, Any]:
    """The definition; the function is the one in `functions/rollout_steps`."""
    return {
        "Comment": "One rollout: tick, wait, until it is over.",
        "StartAt": "Tick",
        "States": {
            "Tick": _tick(tick_function_arn),
            "IsOver": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.is_over", "BooleanEquals": True, "Next": "Over"},
                    {"Variable": "$.ticks", "NumericGreaterThanEquals": _TICKS_PER_EXECUTION, "Next": "HandOver"},
                    {"Variable": "$.is_asking", "BooleanEquals": True, "Next": "Ask"},
                ],
                "Default": "Wait",
            },
            "Ask": _ask(tick_function_arn, wait_seconds),
            "Wait": {"Type": "Wait", "Seconds": wait_seconds, "Next": "Tick"},
            "HandOver": _hand_over(),
            "Over": {"Type": "Succeed"},
        },
    }


_OF_ROLLOUT = {
    "model.$": "$.model",
    "rollout_id.$": "$.rollout_id",
    "epoch.$": "$.epoch",
    "ticks.$": "$.ticks",
}


def _tick(function_arn: str) -> dict[str, Any]:
    retry = {"IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": function_arn,
            "Payload": _OF_ROLLOUT,
        },
        "OutputPath": "$.Payload",
        "Retry": [{"ErrorEquals": _FAILURES_OF_LAMBDA, **retry}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Wait"}],
        "Next": "IsOver",
    }


def _ask(function_arn: str, wait_seconds: int) -> dict[str, Any]:
    """The function keeps the token; whoever is woken by it, or by nobody in time, looks at the rollout again."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {
            "FunctionName": function_arn,
            "Payload": {**_OF_ROLLOUT, "task_token.$": "$$.Task.Token"},
        },
        "TimeoutSeconds": wait_seconds,
        "ResultPath": None,
        "Catch": [
            {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.failure", "Next": "Tick"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Wait"},
        ],
        "Next": "Tick",
    }


def _hand_over() -> dict[str, Any]:
    """If it fails, the next tick tries again; if it had worked after all, that tick finds itself superseded."""
    next_epoch = "States.MathAdd($.epoch, 1)"
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {
            "StateMachineArn.$": "$$.StateMachine.Id",
            "Name.$": f"States.Format('{{}}-{{}}-{{}}', $.model, $.rollout_id, {next_epoch})",
            "Input": {
                "model.$": "$.model",
                "rollout_id.$": "$.rollout_id",
                "epoch.$": next_epoch,
                "ticks": 0,
            },
        },
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Wait"}],
        "Next": "Over",
    }
