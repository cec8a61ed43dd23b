"""Posts (岗位): what a person is appointed to; a post is a candidate group of user tasks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Post:
    """A post and what readers call it."""

    key: str
    name: str
    name_en: str


POSTS = {
    post.key: post
    for post in (
        Post("standards_officer", "标准岗", "Standards officer"),
        Post("director", "主任", "Director"),
        Post("planner", "计划岗", "Planner"),
        Post("reviewer", "初审岗", "Reviewer"),
        Post("second_reviewer", "复审岗", "Second reviewer"),
        Post("finance", "财务岗", "Finance"),
        Post("exam_officer", "考务岗", "Exam officer"),
        Post("site_manager", "考点负责人", "Site manager"),
        Post("item_officer", "命题岗", "Item officer"),
        Post("confidentiality_officer", "保密员", "Confidentiality officer"),
        Post("trainer", "培训岗", "Trainer"),
        Post("invigilator", "监考员", "Invigilator"),
        Post("chief_invigilator", "主考", "Chief invigilator"),
        Post("assessor", "考评员", "Assessor"),
        Post("panel_leader", "考评组长", "Panel leader"),
        Post("internal_supervisor", "内部质量督导员", "Internal supervisor"),
        Post("score_officer", "成绩岗", "Score officer"),
        Post("score_checker", "成绩审核岗", "Score checker"),
        Post("complaints_officer", "异议复核岗", "Complaints officer"),
        Post("certificate_officer", "证书岗", "Certificate officer"),
        Post("issue_officer", "发证审批岗", "Issue officer"),
        Post("archive_officer", "档案岗", "Archive officer"),
        Post("superior_body", "上级机构", "Superior body"),
        Post("candidate", "考生", "Candidate"),
        Post("process_designer", "流程设计师", "Process designer"),
        Post("administrator", "系统管理员", "Administrator"),
    )
}

# Duties that nobody may hold together within one batch: who reviews applications handles
# neither its money nor its marks.
EXCLUSIVE_DUTIES = (frozenset({"review", "money", "marks"}),)


def post_name(key: str, language: str = "zh-CN") -> str:
    """The name of a post; an organisation's own post without a name keeps its key."""
    post = POSTS.get(key)
    if post is None:
        return key
    return post.name if language.startswith("zh") else post.name_en
