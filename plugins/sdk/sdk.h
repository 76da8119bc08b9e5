/* The C skin over the plugin protocol (docs/protocol.md).  A plugin is a table
 * of handlers and a main of three lines; the SDK reads lines, answers what the
 * table does not know, keeps JSON bounded and never lets a handler forget or
 * double its answer: a handler returns a struct sdk_answer, which only the
 * finishing functions below make.  SIGPIPE is ignored; end of input is
 * shutdown, after a running perform has finished.  The helper that writes this
 * room may change this header freely: nothing outside plugins/ includes it. */
#ifndef SDK_SDK_H
#define SDK_SDK_H
#endif
