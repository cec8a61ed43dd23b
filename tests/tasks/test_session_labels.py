from pathlib import Path

from lxml import etree

import processes

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = Path(processes.__file__).parent / "base/appraisal_session/appraisal_session.bpmn"


def test_the_fourteen_steps_bear_their_names() -> None:
    root = etree.parse(DIAGRAM).getroot()

    labels = {
        activity.get("id"): (activity.get("name"), activity.get("calledElement"))
        for activity in root.iter(BPMN + "callActivity")
    }

    assert labels == {
        "step_1": ("确定鉴定项目和标准", "define_scheme"),
        "step_2": ("发布通知", "publish_notice"),
        "step_3": ("报名审核", "review_applications"),
        "step_4": ("制定鉴定计划", "plan_session"),
        "step_5": ("准备鉴定资源", "prepare_resources"),
        "step_6": ("组织考前培训(如有需要)", "train_candidates"),
        "step_7": ("考评人员安排", "assign_staff"),
        "step_8": ("考生签到入场", "check_in"),
        "step_9": ("实施鉴定", "conduct_exam"),
        "step_10": ("考评打分", "score"),
        "step_11": ("成绩汇总与审核", "consolidate_results"),
        "step_12": ("公布成绩", "publish_results"),
        "step_13": ("颁发证书(鉴定合格者)", "issue_certificates"),
        "step_14": ("资料归档", "archive"),
    }
