"""The instructor's desk: what surrounds the grading of a term.

    terms       begin a term; the last one is put away whole
    roster      who is in the class, and by which numbers Canvas and Moodle know them
    downloads   a learning platform's download, sorted into `class/submitted`
    book        every graded cell of the class as one table, and what it is worth
    changes     drop a question, change its points, set one student's points: with trace
    exports     what goes back: pages, CSV, Canvas and Moodle files; and a comparison
    report      the class on one page, with pictures

Each works on a class folder and returns tables or lists; the command `crm-course`
prints them.
"""
