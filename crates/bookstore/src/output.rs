/// Prints to standard output, for the person who runs the program, at any log level.
#[expect(clippy::print_stdout, reason = "it is the output of the command")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}
