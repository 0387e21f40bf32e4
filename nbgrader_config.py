"""nbgrader's own settings: its folders mapped onto the rooms of this repository."""

from pathlib import Path

c = get_config()  # noqa: F821  (given by traitlets)

root = Path(__file__).resolve().parent
# The gradebook lies in it: without the folder every command of nbgrader would fail.
(root / "class").mkdir(exist_ok=True)
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "customer-information-management"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.solution_directory = "class/solution"
c.CourseDirectory.db_url = f"sqlite:///{root / 'class' / 'gradebook.db'}"

# Seconds that a cell may take, here and for `nbgrader validate`.
c.Execute.timeout = 60
c.Execute.shutdown_kernel = "immediate"
c.RunCells.timeout = 60
c.RunCells.notebook_timeout = 600

# A deleted test cell is put back instead of leaving the student without a score.
c.OverwriteCells.add_missing_cells = True

# nbgrader's own steps, with ours in the place of its `Execute`.
c.Autograde.autograde_preprocessors = [
    "course.grading.engine.RunCells",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback without the hidden tests, on a page that loads nothing from elsewhere.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "course.grading.feedback.Feedback",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
# (Not through HTMLExporter's options: the formgrader's own pages are made with those.)
c.GenerateFeedback.exporter_class = "course.grading.feedback.PageExporter"
