"""What runs inside the boxes: the fork server, the student's side and the judge's.

The students' box holds no other part of `course`, so these modules import nothing of
it: they are put there as a package of their own, called `boxed`.
"""
