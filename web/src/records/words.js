// Chinese for what the editor of posts, sheets and catalogues says.
export default {
  Check: '检查', Table: '表格', Contents: '内容', 'Parts of the editor': '编辑器的部分',
  'This draft cannot be drawn: {message}': '草稿无法显示：{message}', 'Put an earlier state back by “History”.': '可以用“历史”恢复到之前的状态。',
  'No.': '序号', Actions: '操作', 'Add to {list}': '添加到{list}', Add: '添加', 'Move up': '上移', 'Move down': '下移', Remove: '删除',
  '{list} {number}, {member}': '{list}第 {number} 项，{member}', '{list} of {number}': '第 {number} 项的{list}', yes: '是',
  'Several are separated by commas.': '多项之间用逗号分隔。', 'One a line: text | number': '每行一项：文字 | 数值',
  posts: '岗位', duties: '职责', exclusions: '不相容职责', key: '编号', name: '名称', name_en: '英文名称', mandatory: '不可取消', basis: '依据',
  source: '出处', step: '最小分值', tasks: '试题', weight: '配分', minutes: '时限（分钟）', criteria: '评分项', points: '分值', rule: '扣分标准',
  veto: '否定项', fact: '事实', kind: '类别', volumes: '案卷', no: '卷号', title: '题名', title_en: '英文题名', items: '内容', papers: '文书', paper: '文书',
  occupation: '职业编码', level: '等级', subject: '科目', total: '总分', newTechnique: '新技术', statement: '须说明', groups: '要素',
};
/** English for the names of members. */
export const english = {
  posts: 'Posts', duties: 'Duties', exclusions: 'Duties that exclude one another', key: 'Key', name: 'Name', name_en: 'English name', mandatory: 'Cannot be taken away',
  basis: 'Basis', source: 'Source', step: 'Smallest step of points', tasks: 'Tasks', weight: 'Weight', minutes: 'Minutes', criteria: 'Criteria', points: 'Points',
  rule: 'Deductions', veto: 'Vetoes', fact: 'Fact', kind: 'Kind', volumes: 'Volumes', no: 'Number', title: 'Title', title_en: 'English title', items: 'Items',
  newTechnique: 'New technique', statement: 'To be stated',
  papers: 'Papers', paper: 'Paper', occupation: 'Occupation', level: 'Level', subject: 'Subject', total: 'Total', groups: 'Groups',
};
