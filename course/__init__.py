"""How the course is made and run: chapters, exercises, student kit, class round."""
