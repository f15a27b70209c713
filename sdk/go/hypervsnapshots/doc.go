// Takes one consistent snapshot of all virtual machines in a Hyper-V VM group.
package hypervsnapshots
