/// Prints to standard output, for the person who runs the command, at any log level.
#[expect(clippy::print_stdout, reason = "it is the output of the command")]
pub(super) fn say(text: &str) {
    println!("{text}");
}
