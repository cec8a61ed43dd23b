"""What the parts of a diagram are called in the office."""

from __future__ import annotations

from engine.comparison.processes import LANES
from engine.comparison.tree import Record

TYPES = {
    "process": ("流程", "process"),
    "collaboration": ("协作", "collaboration"),
    "participant": ("参与方", "participant"),
    "lane": ("泳道", "lane"),
    "task": ("任务", "task"),
    "userTask": ("用户任务", "user task"),
    "manualTask": ("手工任务", "manual task"),
    "scriptTask": ("脚本任务", "script task"),
    "serviceTask": ("服务任务", "service task"),
    "sendTask": ("发送任务", "send task"),
    "receiveTask": ("接收任务", "receive task"),
    "businessRuleTask": ("规则任务", "rule task"),
    "callActivity": ("调用流程", "call activity"),
    "subProcess": ("子流程", "sub-process"),
    "transaction": ("事务", "transaction"),
    "adHocSubProcess": ("自由子流程", "ad-hoc sub-process"),
    "startEvent": ("开始事件", "start event"),
    "endEvent": ("结束事件", "end event"),
    "intermediateCatchEvent": ("等待事件", "waiting event"),
    "intermediateThrowEvent": ("发出事件", "throwing event"),
    "boundaryEvent": ("边界事件", "boundary event"),
    "exclusiveGateway": ("排他网关", "exclusive gateway"),
    "inclusiveGateway": ("包容网关", "inclusive gateway"),
    "parallelGateway": ("并行网关", "parallel gateway"),
    "eventBasedGateway": ("事件网关", "event gateway"),
    "complexGateway": ("复杂网关", "complex gateway"),
    "sequenceFlow": ("流线", "flow"),
    "messageFlow": ("消息流", "message flow"),
    "association": ("关联线", "association"),
    "textAnnotation": ("批注", "annotation"),
    "group": ("分组", "group"),
    "dataObject": ("数据对象", "data object"),
    "dataObjectReference": ("数据对象", "data object"),
    "dataStoreReference": ("数据存储", "data store"),
    "message": ("消息", "message"),
    "signal": ("信号", "signal"),
    "error": ("错误", "error"),
    "escalation": ("升级", "escalation"),
}
HIDDEN = frozenset({"extensionElements", "properties", "inputOutput", "laneSet", "childLaneSet"})
"""Holders of something: what lies in them is spoken of."""

ATTRIBUTES = {
    "name": ("name", "名称", "name"),
    "formRef": ("form", "表单", "form"),
    "formKey": ("form", "页面", "page"),
    "candidateGroups": ("assignment", "办理岗位", "posts"),
    "candidateStarterGroups": ("assignment", "可发起的岗位", "posts that may start it"),
    "candidateUsers": ("assignment", "可办理的人", "people"),
    "assignee": ("assignment", "办理人", "assignee"),
    "dueDate": ("due", "办理时限", "due date"),
    "followUpDate": ("due", "提醒时间", "follow-up date"),
    "priority": ("priority", "优先级", "priority"),
    "topic": ("service", "服务", "service"),
    "resultVariable": ("service", "结果变量", "result variable"),
    "decisionRef": ("decision", "决策表", "decision"),
    "calledElement": ("call", "调用的流程", "called process"),
    "collection": ("loop", "多实例的集合", "collection of the repetition"),
    "elementVariable": ("loop", "多实例的变量", "variable of the repetition"),
    "isSequential": ("loop", "是否依次", "one after another"),
    "cancelActivity": ("event", "是否打断", "interrupting"),
    "isInterrupting": ("event", "是否打断", "interrupting"),
    "triggeredByEvent": ("event", "是否由事件触发", "triggered by an event"),
    "attachedToRef": ("event", "所在环节", "host"),
    "messageRef": ("message", "消息", "message"),
    "signalRef": ("message", "信号", "signal"),
    "errorRef": ("message", "错误", "error"),
    "escalationRef": ("message", "升级", "escalation"),
    "default": ("default", "默认流线", "default flow"),
    "sourceRef": ("flow", "起点", "start"),
    "targetRef": ("flow", "终点", "end"),
    "isExecutable": ("attribute", "是否可执行", "executable flag"),
    LANES: ("lane", "所在泳道", "lane"),
}
DETAILS = {
    "conditionExpression": ("condition", "条件", "condition"),
    "documentation": ("documentation", "说明", "documentation"),
    "timerEventDefinition": ("timer", "定时", "timer"),
    "timeDuration": ("timer", "时长", "duration"),
    "timeDate": ("timer", "时间点", "time"),
    "timeCycle": ("timer", "周期", "cycle"),
    "messageEventDefinition": ("message", "消息", "message"),
    "signalEventDefinition": ("message", "信号", "signal"),
    "errorEventDefinition": ("message", "错误", "error"),
    "escalationEventDefinition": ("message", "升级", "escalation"),
    "conditionalEventDefinition": ("condition", "触发条件", "condition"),
    "terminateEventDefinition": ("event", "终止", "termination"),
    "compensateEventDefinition": ("event", "补偿", "compensation"),
    "cancelEventDefinition": ("event", "取消", "cancelling"),
    "linkEventDefinition": ("event", "链接", "link"),
    "condition": ("condition", "触发条件", "condition"),
    "script": ("script", "脚本", "script"),
    "text": ("text", "文字", "text"),
    "multiInstanceLoopCharacteristics": ("loop", "多实例", "repetition"),
    "standardLoopCharacteristics": ("loop", "循环", "loop"),
    "loopCardinality": ("loop", "多实例的次数", "number of repetitions"),
    "completionCondition": ("loop", "多实例的完成条件", "completion condition"),
}
PROPERTIES = {
    "jc:name.en": ("英文名称", "English name"),
    "jc:stage": ("阶段", "stage"),
    "jc:step": ("步骤号", "step number"),
    "jc:duty": ("职责", "duty"),
    "jc:excludes": ("回避", "exclusions"),
    "jc:operations": ("允许的操作", "operations allowed"),
    "jc:mandatory": ("必经标记", "mandatory mark"),
    "jc:basis": ("依据", "legal basis"),
    "jc:variables": ("给定变量", "given variables"),
    "jc:correlationKey": ("消息的对应值", "correlation key"),
}


def kind_of(record: Record) -> tuple[str, str]:
    """Name the type of an element in both languages."""
    local = record.tag.rpartition("}")[2]
    return TYPES.get(local, (local, local))
