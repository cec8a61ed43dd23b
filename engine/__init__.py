"""Run BPMN processes. Knows nothing of appraisal, forms or HTTP."""

from engine.clock import Clock, FrozenClock, MovableClock
from engine.context import AnswerPort, FactProvider, InstanceHead, TaskContext
from engine.database import Database, DecimalText, JsonText, UtcDateTime, create_database
from engine.definitions import Definitions
from engine.errors import (
    BadState,
    DiagramError,
    EngineError,
    IncidentAlreadyResolved,
    InstanceBusy,
    InstanceNotRunning,
    InvalidVariables,
    MilestoneAlreadyOpen,
    NotSkippable,
    OperationNotAllowed,
    StaleInstance,
    UnknownInstance,
    UnknownProcess,
    UnknownRow,
    UnknownServiceTask,
    UnknownUserTask,
    UserTaskNotReady,
    UserTaskTaken,
)
from engine.history import HistoryKind, HistoryRow, read_history, who_completed
from engine.incidents import Incident, open_incidents
from engine.instances import InstanceStatus, ProcessInstance, find_instances, get_instance
from engine.jobs import Job, JobOutcome, JobQueue, LocalQueue
from engine.messages import BufferedMessage, Correlation, Delivery
from engine.milestones import Milestone, MilestoneSubject, count_milestone
from engine.runtime import ProcessEngine
from engine.service_tasks import BpmnError, Continue, ServiceTask, ServiceTasks
from engine.subscriptions import Subscription
from engine.timers import Timer, next_due
from engine.user_tasks import UserTask, UserTaskGroup, UserTaskStatus, get_user_task

__all__ = [
    "AnswerPort",
    "BadState",
    "BpmnError",
    "BufferedMessage",
    "Clock",
    "Continue",
    "Correlation",
    "Database",
    "DecimalText",
    "Definitions",
    "Delivery",
    "DiagramError",
    "EngineError",
    "FactProvider",
    "FrozenClock",
    "HistoryKind",
    "HistoryRow",
    "Incident",
    "IncidentAlreadyResolved",
    "InstanceBusy",
    "InstanceHead",
    "InstanceNotRunning",
    "InstanceStatus",
    "InvalidVariables",
    "Job",
    "JobOutcome",
    "JobQueue",
    "JsonText",
    "LocalQueue",
    "Milestone",
    "MilestoneAlreadyOpen",
    "MilestoneSubject",
    "MovableClock",
    "NotSkippable",
    "OperationNotAllowed",
    "ProcessEngine",
    "ProcessInstance",
    "ServiceTask",
    "ServiceTasks",
    "StaleInstance",
    "Subscription",
    "TaskContext",
    "Timer",
    "UnknownInstance",
    "UnknownProcess",
    "UnknownRow",
    "UnknownServiceTask",
    "UnknownUserTask",
    "UserTask",
    "UserTaskGroup",
    "UserTaskNotReady",
    "UserTaskStatus",
    "UserTaskTaken",
    "UtcDateTime",
    "count_milestone",
    "create_database",
    "find_instances",
    "get_instance",
    "get_user_task",
    "next_due",
    "open_incidents",
    "read_history",
    "who_completed",
]
