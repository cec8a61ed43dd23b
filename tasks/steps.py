"""The fourteen steps of an appraisal and the stages they are grouped in, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One of the fourteen; `process_id` is the diagram that runs it.

    `phrases` are the name in pieces that stay on one line; steps 4 and 5 belong to two stages.
    """

    number: int
    process_id: str
    phrases: tuple[str, ...]
    name_en: str
    short_en: str
    stages: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in Chinese."""
        return "".join(self.phrases)

    def label(self, language: str) -> str:
        """Give its name in the language asked for."""
        return self.name_en if language.startswith("en") else self.name


@dataclass(frozen=True)
class Stage:
    """Steps that belong together; step 6 is optional and belongs to none."""

    key: str
    name: str
    name_en: str

    def label(self, language: str) -> str:
        """Give its name in the language asked for."""
        return self.name_en if language.startswith("en") else self.name


STAGES = (
    Stage("preparation", "鉴定准备", "Preparation"),
    Stage("application_review", "报名审核", "Application review"),
    Stage("venue_preparation", "考场准备", "Venue preparation"),
    Stage("conduct", "鉴定实施", "Conduct"),
    Stage("marking", "阅卷评分", "Marking"),
    Stage("consolidation", "成绩汇总与审核", "Results"),
    Stage("certification", "证书颁发", "Certification"),
    Stage("archiving", "资料归档", "Archiving"),
)

STEPS = (
    Step(
        1,
        "define_scheme",
        ("确定鉴定", "项目和标准"),
        "Set subjects and standards",
        "Set standards",
        ("preparation",),
    ),
    Step(
        2, "publish_notice", ("发布通知",), "Publish the notice", "Notice", ("application_review",)
    ),
    Step(
        3,
        "review_applications",
        ("报名审核",),
        "Review applications",
        "Review",
        ("application_review",),
    ),
    Step(
        4,
        "plan_session",
        ("制定", "鉴定计划"),
        "Plan the appraisal",
        "Plan",
        ("preparation", "venue_preparation"),
    ),
    Step(
        5,
        "prepare_resources",
        ("准备", "鉴定资源"),
        "Prepare resources",
        "Resources",
        ("preparation", "venue_preparation"),
    ),
    Step(
        6,
        "train_candidates",
        ("组织", "考前培训", "(如有需要)"),
        "Train candidates (if wanted)",
        "Training (optional)",
        (),
    ),
    Step(
        7, "assign_staff", ("考评人员", "安排"), "Assign appraisal staff", "Staff", ("preparation",)
    ),
    Step(8, "check_in", ("考生签到", "入场"), "Check candidates in", "Check-in", ("conduct",)),
    Step(9, "conduct_exam", ("实施鉴定",), "Conduct the appraisal", "Conduct", ("conduct",)),
    Step(10, "score", ("考评打分",), "Score", "Scoring", ("marking",)),
    Step(
        11,
        "consolidate_results",
        ("成绩汇总", "与审核"),
        "Consolidate and approve results",
        "Results review",
        ("consolidation",),
    ),
    Step(
        12,
        "publish_results",
        ("公布成绩",),
        "Publish results",
        "Publish results",
        ("consolidation",),
    ),
    Step(
        13,
        "issue_certificates",
        ("颁发证书", "(鉴定合格者)"),
        "Issue certificates (to those who passed)",
        "Certificates",
        ("certification",),
    ),
    Step(14, "archive", ("资料归档",), "Archive the documents", "Archive", ("archiving",)),
)

_BY_NUMBER = {step.number: step for step in STEPS}
_BY_STAGE = {stage.key: stage for stage in STAGES}


def step_of(number: int | None) -> Step | None:
    """Find a step by its number."""
    return None if number is None else _BY_NUMBER.get(number)


def stage_of(key: str | None) -> Stage | None:
    """Find a stage by its key."""
    return None if key is None else _BY_STAGE.get(key)
