"""What the given states of scenarios are called, for those who write scenarios."""

from collections.abc import Mapping

Words = tuple[str, str]

TITLES: Mapping[str, Words] = {
    "applications_decided": (
        "报名审核完毕、尚未制定计划的批次",
        "Applications decided, not planned",
    ),
    "applied": ("报名截止、有人报名的批次", "Registration closed, people applied"),
    "concluded_batch": ("成绩已审定的批次", "Results approved"),
    "defined": ("鉴定方案已批准的批次", "Schemes approved"),
    "enrolled": ("一名考生的报名", "One application"),
    "enrolled_session": ("从头到尾的一个批次", "A batch from beginning to end"),
    "exam_eve": ("考试前夕:考场、人员、准考证已备", "Eve of the exam: room, staff, tickets"),
    "exam_room_entered": ("考生已入场的考场", "Exam room with candidates in it"),
    "exam_room_planned": ("已排定场次的考场", "Exam room with its sitting planned"),
    "issued_batch": ("材料齐备、等待归档的批次", "Batch whose papers are there"),
    "listed_batch": ("拟获证人员已公示的批次", "Passers on the public list"),
    "marked_batch": ("评分完毕的批次", "Batch after marking"),
    "offered": ("一个报名项目及其录取人数", "One offer with so many admitted"),
    "opened": ("刚启动的批次", "Batch just opened"),
    "person_drawn": ("已抽取考评员的批次", "Assessor drawn"),
    "recorded": ("从真实实例录制的状态", "Recorded from a real instance"),
    "review_ahead": ("等待综合评审的考生", "Candidate before the review"),
    "running": ("流程已在运行的一名考生", "Enrolment with its process running"),
    "seats_assigned": ("座位已编排的批次", "Seats assigned"),
    "violation_reported": ("考试中报告了违纪", "Violation reported in the exam"),
    "work_to_mark": ("待评分的试卷或作品", "Work to mark"),
}


def title_of(world: str) -> Words:
    """Say a given state's name; one without words is told by its key."""
    return TITLES.get(world) or (world, world.replace("_", " ").capitalize())
